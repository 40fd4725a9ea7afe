import type { OnlineFacts, SeenName } from '@towpath/domain/adoption/online/online-facts.ts'
import { pathOutside } from '@towpath/domain/certificate/path-outside.ts'
import { readCertificate } from '@towpath/domain/certificate/read-certificate.ts'
import type { SeenCertificate } from '@towpath/domain/certificate/seen-certificate.ts'
import type { ComposeModel } from '@towpath/domain/project/compose-model.ts'
import { X509Certificate } from 'node:crypto'
import { observedWithin } from './observed.ts'
import type { OnlineScope } from './online-facts.ts'

const httpsPort = 443

/** A name that a proxy serves by TLS, with port and path of the certificate as the proxy itself sees them. */
export interface NamedByProxy {
  name: string
  port: number
  certificate: string | null
}

/** Asks each name for its certificate, all at once. A domain that only towpath.yaml knows may well be served without TLS. */
export async function lookAtNames(scope: OnlineScope, withinMs: number): Promise<OnlineFacts['names']> {
  const { installation, config, model, names } = scope
  const isTold = config.domain === null || names.some(({ name }) => name === config.domain)
  const look = async (name: string, port: number): Promise<Omit<SeenName, 'file'>> => ({
    ...{ name, port },
    served: await observedWithin(installation, withinMs, () =>
      installation.certificates.served({ host: name, port, name }, withinMs),
    ),
  })
  const [files, seen, domain] = await Promise.all([
    observedWithin(installation, withinMs, () => certificatesOnHost(scope)),
    Promise.all(names.map(({ name, port }) => look(name, portOutside(model, port)))),
    isTold ? null : look(config.domain ?? '', httpsPort),
  ])
  const known = 'unknown' in files ? new Map<string, SeenName['file']>() : files.value
  return [
    ...seen.map((one, index) => ({ ...one, file: known.get(names[index]?.certificate ?? '') ?? null })),
    ...(domain === null || 'unknown' in domain.served ? [] : [{ ...domain, file: null }]),
  ]
}

/** The host's port for one of a container; itself where nothing publishes it, as with a proxy on the host. */
function portOutside({ services }: ComposeModel, port: number): number {
  const published = Object.values(services).flatMap(({ ports }) => ports)
  return published.find(({ containerPort }) => containerPort === port)?.hostPort ?? port
}

/** By the path as the proxy sees it. What Towpath's user may not read there, as most keys' folders, is left out. */
async function certificatesOnHost({
  installation,
  config,
  model,
  names,
}: OnlineScope): Promise<Map<string, SeenName['file']>> {
  const mounts = Object.values(model.services).flatMap((service) => service.mounts)
  const places = new Map(
    names.flatMap(({ certificate }) => {
      const path = certificate === null ? null : pathOutside(certificate, mounts)
      return certificate === null || path === null ? [] : [[certificate, path] as const]
    }),
  )
  if (places.size === 0) return new Map()
  const { texts } = await installation.filesOf(config.host.docker).read([...new Set(places.values())])
  return new Map(
    [...places].flatMap(([certificate, path]) => {
      const seen = firstCertificate(texts.get(path) ?? '')
      return seen === null ? [] : [[certificate, { path, seen }] as const]
    }),
  )
}

/** A server sends the first one of a file as its own. */
function firstCertificate(text: string): SeenCertificate | null {
  try {
    return { ...readCertificate(new X509Certificate(text)), chain: null }
  } catch {
    return null
  }
}
