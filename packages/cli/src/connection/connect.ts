import { setTimeout as sleep } from 'node:timers/promises'
import createClient from 'openapi-fetch'
import type { Client } from 'openapi-fetch'
import type { paths } from '../client/schema.d.ts'
import type { Context } from '../terminal/context.ts'
import { findServer } from './find-server.ts'
import { problemError, strangeAnswer, unreachable } from './problem-error.ts'

/** A server, asked by one principal. */
export interface Connection {
  url: string
  api: Client<paths>
  /** Asks for an answer that stays open; `signal` closes it. Throws the server's problem, or SERVER_UNREACHABLE. */
  open: (
    path: string,
    options: { headers?: Record<string, string>; signal: AbortSignal },
  ) => Promise<Response>
}

/** Reading a registry or looking at a host takes its time; longer than this nobody waits. */
const deadlineMs = 90_000
/** A connection that was cut may have done its work: the same request is asked again for this long. */
const askAgainForMs = 10_000
const askAgainAfterMs = 300

export async function connect(
  context: Pick<Context, 'shell' | 'server'>,
  options: { deadlineMs?: number } = {},
): Promise<Connection> {
  const { url, token } = await findServer(context)
  const headers = { authorization: `Bearer ${token}` }
  const ask = (request: Request): Promise<Response> =>
    fetchFirmly(url, withBody(request), options.deadlineMs ?? deadlineMs)
  return {
    url,
    api: createClient<paths>({
      baseUrl: url,
      headers,
      fetch: ask,
    }),
    open: async (path, { headers: more, signal }) => {
      const answer = await fetch(`${url}${path}`, { headers: { ...headers, ...more }, signal }).catch(
        (thrown: unknown) => {
          throw signal.aborted ? thrown : unreachable(url, thrown)
        },
      )
      if (!answer.ok) throw problemError(answer.status, await answer.json().catch(() => null))
      return answer
    },
  }
}

/** The data of an answer; a problem becomes the error that the server had. */
export async function answerOf<T>(
  asked: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await asked
  if (!response.ok) throw problemError(response.status, error)
  if (data === undefined) throw strangeAnswer(response.status)
  return data
}

/** A key under which the server does one request once, however often it is asked. */
export const idempotencyKey = (): { 'idempotency-key': string } => ({
  'idempotency-key': crypto.randomUUID(),
})

/** What changes something carries JSON, if only an empty object: servers disagree on what a missing body is. */
function withBody(request: Request): Request {
  if (request.method === 'GET' || request.body !== null) return request
  const { method, signal, url } = request
  const headers = { ...Object.fromEntries(request.headers), 'content-type': 'application/json' }
  return new Request(url, { method, signal, headers, body: '{}' })
}

async function fetchFirmly(url: string, request: Request, withinMs: number): Promise<Response> {
  const untilMs = performance.now() + askAgainForMs
  const repeatable = request.method === 'GET' || request.headers.has('idempotency-key')
  let wasCut = false
  for (;;) {
    try {
      return await fetch(request.clone(), {
        signal: AbortSignal.any([request.signal, AbortSignal.timeout(withinMs)]),
      })
    } catch (thrown) {
      wasCut ||= isCut(thrown)
      if (!repeatable || !wasCut || performance.now() > untilMs) throw unreachable(url, thrown)
      await sleep(askAgainAfterMs)
    }
  }
}

const isCut = (thrown: unknown): boolean => {
  const cause: unknown = thrown instanceof Error ? thrown.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return code === 'ECONNRESET' || code === 'UND_ERR_SOCKET' || code === 'EPIPE'
}
