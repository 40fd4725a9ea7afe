import type { RegistryCredentials } from '@towpath/app/ports/container-engine.ts'
import { z } from 'zod'
import { parseChallenges, type Challenge } from './challenge.ts'
import { unauthorized, unreadable } from './registry-error.ts'
import { assertAnswered, bodyOf, isLoopback, send, type RegistryRequest } from './registry-request.ts'

export interface Asker {
  /** For errors, and for the scope where a challenge names none. */
  repository: string
  credentials: RegistryCredentials | null
}

/**
 * Sends without credentials first, then answers the challenge once: Basic, or Bearer with a token from the named realm.
 * Throws `REGISTRY_UNAUTHORIZED` when that is not enough; any other status is the caller's to read.
 */
export async function sendAuthorized(request: RegistryRequest, asker: Asker): Promise<Response> {
  const first = await send(request)
  await assertAnswered(first, request.url.host)
  if (first.status !== 401 && first.status !== 403) return first
  await first.body?.cancel()
  const authorization = await answerTo(first.headers.get('www-authenticate') ?? '', request, asker)
  if (authorization === null) throw unauthorized(request.url.host, asker.repository)
  const second = await send({ ...request, headers: { ...request.headers, authorization } })
  await assertAnswered(second, request.url.host)
  if (second.status !== 401 && second.status !== 403) return second
  await second.body?.cancel()
  throw unauthorized(request.url.host, asker.repository)
}

async function answerTo(header: string, request: RegistryRequest, asker: Asker): Promise<string | null> {
  const challenges = parseChallenges(header)
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
  if (bearer !== undefined) return `Bearer ${await fetchToken(bearer, request, asker)}`
  const takesBasic = challenges.some(({ scheme }) => scheme === 'basic')
  return takesBasic && asker.credentials !== null ? basic(asker.credentials) : null
}

const tokenSchema = z.union([
  z.object({ token: z.string().min(1) }).transform(({ token }) => token),
  z.object({ access_token: z.string().min(1) }).transform((answer) => answer.access_token),
])

async function fetchToken(
  { parameters }: Challenge,
  request: RegistryRequest,
  asker: Asker,
): Promise<string> {
  const { host } = request.url
  const url = realmUrl(parameters['realm'] ?? '', request.url)
  if (parameters['service'] !== undefined) url.searchParams.set('service', parameters['service'])
  url.searchParams.set('scope', parameters['scope'] ?? `repository:${asker.repository}:pull`)
  const headers = asker.credentials === null ? {} : { authorization: basic(asker.credentials) }
  const response = await send({ url, method: 'GET', headers, signal: request.signal })
  await assertAnswered(response, url.host)
  const body = await bodyOf(response, url.host)
  if (response.status >= 400) throw unauthorized(host, asker.repository)
  const token = tokenSchema.safeParse(parsedJson(body))
  if (!token.success) throw unreadable(url.host, 'its token answer holds no token')
  return token.data
}

/** The realm gets the password, so it must be encrypted, or on this machine as the registry itself is. */
function realmUrl(realm: string, registry: URL): URL {
  const url = URL.canParse(realm) ? new URL(realm) : null
  const bothLocal = url !== null && isLoopback(url.hostname) && isLoopback(registry.hostname)
  if (url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && bothLocal))) return url
  throw unreadable(registry.host, 'it asks to send the account to an unencrypted address')
}

const basic = ({ username, password }: RegistryCredentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** `undefined` for what is not JSON. */
export function parsedJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}
