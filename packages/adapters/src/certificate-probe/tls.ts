import type { CertificateProbe, TlsPlace } from '@towpath/app/ports/certificate-probe.ts'
import { readCertificate } from '@towpath/domain/certificate/read-certificate.ts'
import type { ChainFault, SeenCertificate } from '@towpath/domain/certificate/seen-certificate.ts'
import { isIP } from 'node:net'
import { connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'

/** Over TLS as Node has it, which trusts Mozilla's authorities, and those of NODE_EXTRA_CA_CERTS. */
export const tlsProbe = (): CertificateProbe => ({ served: ask })

function ask(place: TlsPlace, deadlineMs: number): Promise<SeenCertificate> {
  const { host, port, name } = place
  const { promise, resolve, reject } = Promise.withResolvers<SeenCertificate>()
  const socket = connect({
    ...{ host, port },
    // An address is no server name (RFC 6066, section 3).
    ...(isIP(name) === 0 ? { servername: name } : {}),
    // Whatever is shown is what we came for; nothing is sent or believed.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  })
  const timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs / 1_000} s`)), deadlineMs)
  socket.once('secureConnect', () => {
    try {
      resolve(certificateOf(socket))
    } catch (error) {
      reject(error)
    }
  })
  socket.once('error', (error) => reject(new Error(whyOf(error))))
  return promise.finally(() => {
    clearTimeout(timer)
    socket.on('error', () => {})
    socket.destroy()
  })
}

function certificateOf(socket: TLSSocket): SeenCertificate {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) throw new Error('it answers by TLS without a certificate')
  // Typed as an Error, and a word of OpenSSL's since ever.
  const code = socket.authorizationError as unknown as string | null | undefined
  const own = readCertificate(certificate)
  if (code === null || code === undefined) return { ...own, chain: null }
  const fault = faultOf(code, certificate.checkIssued(certificate))
  // Out of its own time: its dates tell that better than its chain.
  if (fault === 'outdated' && !isInTime(own)) return { ...own, chain: null }
  return { ...own, chain: { fault, code } }
}

const isInTime = ({ notBefore, notAfter }: Pick<SeenCertificate, 'notBefore' | 'notAfter'>): boolean =>
  Date.parse(notBefore) <= Date.now() && Date.now() < Date.parse(notAfter)

/** Codes of OpenSSL's verification (x509_vfy.h) as Node names them. */
const FAULTS: Readonly<Record<string, ChainFault>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'incomplete',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  CERT_HAS_EXPIRED: 'outdated',
  CERT_NOT_YET_VALID: 'outdated',
}

const faultOf = (code: string, signsItself: boolean): ChainFault =>
  signsItself && code !== 'CERT_HAS_EXPIRED' && code !== 'CERT_NOT_YET_VALID'
    ? 'self-signed'
    : (FAULTS[code] ?? 'other')

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at that address and port',
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'its name does not resolve now',
  ECONNRESET: 'the connection was cut before a certificate came',
  EHOSTUNREACH: 'no way leads to its address',
  ENETUNREACH: 'no way leads to its network',
  ETIMEDOUT: 'its address does not answer',
}

function whyOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : ''
  const known = WORDS[code]
  if (known !== undefined) return known
  return /^(?:ERR_SSL|EPROTO)/.test(code)
    ? `it does not agree on TLS (${code})`
    : `it cannot be asked (${code})`
}
