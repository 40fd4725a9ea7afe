import { parseChallenges, type Challenge } from './challenge.ts'
import { unauthorized, unreadable } from './registry-error.ts'
import { assertAnswered, bodyOf, isLoopback, send, type RegistryRequest } from './registry-request.ts'

export interface RegistryAccount {
  username: string
  password: string
}

export interface Asker {
  /** For errors, and for the scope where a challenge names none. */
  repository: string
  credentials: RegistryAccount | null
  /** Remembers between requests what a challenge was answered with; absent where every request begins anew. */
  session?: { authorization: string | null }
}

/**
 * Sends without credentials first, or with what the session remembers, then answers the challenge once: Basic, or Bearer with a token from the named realm.
 * Throws `REGISTRY_UNAUTHORIZED` when that is not enough; any other status is the caller's to read.
 */
export async function sendAuthorized(request: RegistryRequest, asker: Asker): Promise<Response> {
  const { session = { authorization: null } } = asker
  const first = await send(session.authorization === null ? request : signed(request, session.authorization))
  await assertAnswered(first, request.url.host)
  if (first.status !== 401 && first.status !== 403) return first
  await first.body?.cancel()
  const authorization = await answerTo(first.headers.get('www-authenticate') ?? '', request, asker)
  if (authorization === null) throw unauthorized(request.url.host, asker.repository)
  const second = await send(signed(request, authorization))
  await assertAnswered(second, request.url.host)
  if (second.status === 401 || second.status === 403) {
    await second.body?.cancel()
    throw unauthorized(request.url.host, asker.repository)
  }
  session.authorization = authorization
  return second
}

const signed = (request: RegistryRequest, authorization: string): RegistryRequest => ({
  ...request,
  headers: { ...request.headers, authorization },
})

async function answerTo(header: string, request: RegistryRequest, asker: Asker): Promise<string | null> {
  const challenges = parseChallenges(header)
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
  if (bearer !== undefined) return `Bearer ${await fetchToken(bearer, request, asker)}`
  const takesBasic = challenges.some(({ scheme }) => scheme === 'basic')
  return takesBasic && asker.credentials !== null ? basic(asker.credentials) : null
}

/** Registries call it either; the specification of Docker's tokens wants both. */
function tokenIn(answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null) return null
  const token: unknown = Reflect.get(answer, 'token') ?? Reflect.get(answer, 'access_token')
  return typeof token === 'string' && token !== '' ? token : null
}

async function fetchToken(
  { parameters }: Challenge,
  request: RegistryRequest,
  asker: Asker,
): Promise<string> {
  const { host } = request.url
  const url = realmUrl(parameters['realm'] ?? '', request)
  if (parameters['service'] !== undefined) url.searchParams.set('service', parameters['service'])
  url.searchParams.set('scope', parameters['scope'] ?? `repository:${asker.repository}:pull`)
  const headers = asker.credentials === null ? {} : { authorization: basic(asker.credentials) }
  const response = await send({ ...request, url, method: 'GET', headers })
  await assertAnswered(response, url.host)
  const body = await bodyOf(response, url.host)
  if (response.status >= 400) throw unauthorized(host, asker.repository)
  const token = tokenIn(parsedJson(body))
  if (token === null) throw unreadable(url.host, 'its token answer holds no token')
  return token
}

/** The realm gets the password, so it must be encrypted, or be where the registry itself is asked without encryption. */
function realmUrl(realm: string, { url: registry, plainHttp = false }: RegistryRequest): URL {
  const url = URL.parse(realm)
  const mayBePlain =
    url?.hostname === registry.hostname ? plainHttp || isLoopback(url.hostname) : bothLocal(url, registry)
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && mayBePlain)) return url
  throw unreadable(registry.host, 'it asks to send the account to an unencrypted address')
}

const bothLocal = (url: URL | null, registry: URL): boolean =>
  url !== null && isLoopback(url.hostname) && isLoopback(registry.hostname)

const basic = ({ username, password }: RegistryAccount): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** `undefined` for what is not JSON. */
export function parsedJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
