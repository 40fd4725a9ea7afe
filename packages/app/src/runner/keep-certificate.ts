import type { Installation } from '../installation.ts'
import type { AtRest } from './at-rest.ts'

const everyMs = 3_600_000
const withinMs = 10_000
const httpsPort = 443

/** When each environment was looked at last, in memory only: a controller that starts looks at once. */
const lookedAt = new WeakMap<Installation, Map<string, number>>()

/**
 * Once an hour: what the environment's domain is served with, recorded when it is another certificate than before. A domain that
 * nobody answers for by TLS may be meant so, and a look that fails is no news of a certificate; `check --online` tells both.
 */
export async function lookAtCertificate(rest: AtRest): Promise<void> {
  const { installation, config, environment } = rest
  const name = config.domain
  if (name === null || !isDue(installation, environment.environment)) return
  const place = { host: name, port: httpsPort, name }
  const seen = await installation.certificates.served(place, withinMs).catch(() => null)
  if (seen === null) return
  const certificate = { name, ...seen }
  if (JSON.stringify(environment.certificate) === JSON.stringify(certificate)) return
  await installation.store.append({
    type: 'certificate.seen',
    actor: 'towpath',
    idem: installation.newId('certificate'),
    environment: environment.environment,
    data: { certificate },
  })
}

function isDue(installation: Installation, environment: string): boolean {
  const looks = lookedAt.get(installation) ?? new Map<string, number>()
  lookedAt.set(installation, looks)
  const last = looks.get(environment)
  if (last !== undefined && installation.elapsedMs() - last < everyMs) return false
  looks.set(environment, installation.elapsedMs())
  return true
}
