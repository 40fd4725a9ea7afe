import { unreachable, unreadable } from './registry-error.ts'

export interface RegistryRequest {
  url: URL
  method: 'GET' | 'HEAD'
  headers: Record<string, string>
  signal: AbortSignal
  /** Asked for by a person: this registry may be spoken to without encryption though it is not on this machine. */
  plainHttp?: boolean
}

const MOST_REDIRECTS = 3
const LARGEST_BODY_BYTES = 4 * 1024 * 1024

/**
 * One request with at most three redirects. Credentials stay with the host they were meant for, and nothing falls from
 * https to http.
 */
export async function send(request: RegistryRequest): Promise<Response> {
  let { url, headers } = request
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const response = await fetch(url, { ...requestInit(request), headers })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) return response
    await response.body?.cancel()
    const next = redirectTarget(url, location, request.plainHttp === true)
    if (next.origin !== url.origin) headers = withoutAuthorization(headers)
    url = next
  }
  throw unreadable(request.url.host, `it redirects more than ${MOST_REDIRECTS} times`)
}

/** The body, at most 4 MiB: the specification's own limit for a manifest. */
export async function bodyOf(response: Response, host: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > LARGEST_BODY_BYTES) throw unreadable(host, 'its answer is longer than 4 MiB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Throws for the statuses that mean "come again later". */
export async function assertAnswered(response: Response, host: string): Promise<void> {
  if (response.status !== 429 && response.status < 500) return
  await response.body?.cancel()
  throw unreachable(host, `status ${response.status}`)
}

/** Plain http is for registries on this machine only; everything else must be encrypted. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)

const requestInit = ({ method, signal }: RegistryRequest): RequestInit => ({
  method,
  signal,
  redirect: 'manual',
})

function redirectTarget(from: URL, location: string, plainHttp: boolean): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : null
  if (target === null) throw unreadable(from.host, 'it redirects to no address')
  const isSafe =
    target.protocol === 'https:' ||
    (target.protocol === 'http:' && (isLoopback(target.hostname) || (plainHttp && from.protocol === 'http:')))
  const staysPut = from.protocol === 'http:' || target.protocol === 'https:'
  if (!isSafe || !staysPut) throw unreadable(from.host, 'it redirects to an unencrypted address')
  return target
}

const withoutAuthorization = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'))
