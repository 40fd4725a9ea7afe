import type { ImageReference } from '@towpath/domain/release/image-reference.ts'
import { sendAuthorized, type Asker, type RegistryAccount } from './authorized-request.ts'
import { isLoopback } from './registry-request.ts'

/** Images and indexes of images, OCI and Docker; without these a registry may convert, and the digest would differ. */
const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

/** Who asks which repository, and until when. */
export interface Question extends Pick<Asker, 'session'> {
  reference: ImageReference
  credentials: RegistryAccount | null
  signal: AbortSignal
  /** Speak without encryption to a registry that is not on this machine; only ever on a person's request. */
  plainHttp?: boolean
}

/** What to ask: a path below the repository's own, such as `manifests/1.4.2`. */
export interface Asked {
  method: 'GET' | 'HEAD'
  path: string
  headers?: Record<string, string>
}

/** One question to the registry of a reference, by the OCI distribution specification. */
export function ask(
  { reference, credentials, signal, session, plainHttp = false }: Question,
  { method, path, headers = {} }: Asked,
): Promise<Response> {
  const url = new URL(`${originOf(reference, plainHttp)}/v2/${reference.path}/${path}`)
  const accept = path.startsWith('manifests/') ? MANIFEST_TYPES : 'application/json'
  return sendAuthorized(
    { url, method, headers: { accept, ...headers }, signal, plainHttp },
    { repository: reference.path, credentials, ...(session === undefined ? {} : { session }) },
  )
}

/** Docker Hub answers under another name than its images carry. Registries on this machine are asked over http. */
function originOf({ domain }: ImageReference, plainHttp: boolean): string {
  const host = domain === 'docker.io' ? 'registry-1.docker.io' : domain
  return `${plainHttp || isLoopback(host.replace(/:\d+$/, '')) ? 'http' : 'https'}://${host}`
}
