import { isForName } from './seen-certificate.ts'
import type { ChainFault, SeenCertificate } from './seen-certificate.ts'

const DAY_MS = 86_400_000
/** Renewal of a certificate of 90 days begins 30 days before its end, so at 21 it has failed for more than a week. */
const WARN_MS = 21 * DAY_MS
const FAIL_MS = 7 * DAY_MS

export interface CertificateVerdict {
  status: 'pass' | 'warn' | 'fail'
  /** Without the name: `runs out in 12 days, on 2026-12-09`. */
  says: string
  /** Null where nothing is to be done. */
  fix: string | null
}

/**
 * How long before its end, in ms, a certificate should worry somebody: 21 and 7 days, less for those that live shorter than
 * 90 days, since they are renewed later too.
 */
export function expiryLevels({ notBefore, notAfter }: Pick<SeenCertificate, 'notBefore' | 'notAfter'>): {
  warnMs: number
  failMs: number
} {
  const livesMs = Math.max(0, Date.parse(notAfter) - Date.parse(notBefore))
  return { warnMs: Math.min(WARN_MS, livesMs / 4), failMs: Math.min(FAIL_MS, livesMs / 12) }
}

/** All that a client would refuse it for, or when it runs out. Pure: `now` is RFC 3339. */
export function judgeCertificate(
  seen: SeenCertificate,
  { name, now }: { name: string | null; now: string },
): CertificateVerdict {
  const faults = faultsOf(seen, { name, now })
  const [first] = faults
  if (first !== undefined)
    return { status: 'fail', says: faults.map(({ says }) => says).join('; '), fix: first.fix }
  const leftMs = Date.parse(seen.notAfter) - Date.parse(now)
  const says = `runs out in ${inDays(leftMs)}, on ${dayOf(seen.notAfter)}`
  const { warnMs, failMs } = expiryLevels(seen)
  if (leftMs >= warnMs) return { status: 'pass', says, fix: null }
  return { status: leftMs < failMs ? 'fail' : 'warn', says, fix: RENEW }
}

const RENEW =
  'its renewal should have come by now: run it by hand and read what it says, such as certbot renew --dry-run'

interface Fault {
  says: string
  fix: string
}

function faultsOf(seen: SeenCertificate, { name, now }: { name: string | null; now: string }): Fault[] {
  const { notBefore, notAfter, names, chain } = seen
  const nowMs = Date.parse(now)
  const faults: Fault[] = []
  if (nowMs >= Date.parse(notAfter))
    faults.push({
      says: `ran out on ${dayOf(notAfter)}, ${inDays(nowMs - Date.parse(notAfter))} ago`,
      fix: 'renew it, and have the proxy read it again; then see why nobody did by itself',
    })
  if (nowMs < Date.parse(notBefore))
    faults.push({
      says: `is not valid before ${notBefore}`,
      fix: 'see that the clocks are right; else serve the one before until then',
    })
  if (name !== null && !isForName(seen, name))
    faults.push({
      says: `is for ${names.slice(0, 5).join(', ') || 'no name at all'} and not for ${name}`,
      fix: `let the server block of ${name} name its own ssl_certificate; without one nginx sends that of its first block`,
    })
  if (chain !== null) faults.push(chainFault(seen, { fault: chain.fault, code: chain.code }))
  return faults
}

function chainFault(
  { issuer }: SeenCertificate,
  { fault, code }: { fault: ChainFault; code: string },
): Fault {
  switch (fault) {
    case 'self-signed':
      return {
        says: 'is signed by itself, so no client trusts it',
        fix: 'get one from an authority (certbot, dehydrated), or say that it is meant so: --accept certificate',
      }
    case 'incomplete':
      return {
        says: `comes without the certificates between it and its authority (${issuer}): browsers may find them, programs do not`,
        fix: 'serve the whole chain: ssl_certificate .../fullchain.pem instead of cert.pem',
      }
    case 'untrusted':
      return {
        says: `comes from an authority that this machine does not trust (${issuer})`,
        fix: 'start the server with NODE_EXTRA_CA_CERTS=FILE where the authority is your own',
      }
    case 'outdated':
      return {
        says: 'comes with a link of its chain that is out of its time',
        fix: 'renew it, so that its authority sends the links of today, and serve the whole chain',
      }
    case 'other':
      return {
        says: `has a chain that does not hold (${code})`,
        fix: 'look at it: openssl s_client -connect NAME:443 -servername NAME -showcerts',
      }
  }
}

const dayOf = (at: string): string => at.slice(0, 10)

function inDays(ms: number): string {
  const days = Math.floor(ms / DAY_MS)
  if (days >= 1) return days === 1 ? '1 day' : `${days} days`
  const hours = Math.max(0, Math.floor(ms / 3_600_000))
  return hours === 1 ? '1 hour' : `${hours} hours`
}
