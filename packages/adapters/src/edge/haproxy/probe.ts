import type { ProbeAnswer, ProbeRequest } from '@towpath/app/ports/edge.ts'
import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { readBody } from '../../http-probe/read-body.ts'
import { privateHeaders } from './names.ts'

/** Fault of an answer where the edge knows another token than ours. */
export const TOKEN_REFUSED = 'the edge refused the private token'

export interface PrivateEntry {
  socketPath: string
  token: string
}

/**
 * One request through the edge's private entry. Never throws: what went wrong is the answer's `fault`. An answer that
 * the edge made up itself, because the slot gave none, is no answer.
 */
export async function probeSlot(entry: PrivateEntry, request: ProbeRequest): Promise<ProbeAnswer> {
  const started = performance.now()
  const tookMs = (): number => performance.now() - started
  try {
    const { response, body } = await ask(entry, request)
    if (response.headers[privateHeaders.answeredBy] !== request.slot)
      return { status: null, body: '', fault: faultOf(response.statusCode ?? 0, request), tookMs: tookMs() }
    return { status: response.statusCode ?? null, body, fault: null, tookMs: tookMs() }
  } catch (fault) {
    const answer = { status: null, body: '', fault: sentenceFor(fault, request), tookMs: tookMs() }
    return isEdgeDown(fault) ? { ...answer, edgeDown: true } : answer
  }
}

/** Nobody listens on the socket, or who did is gone: the slot was never asked. */
const isEdgeDown = (fault: unknown): boolean =>
  fault instanceof Error &&
  'code' in fault &&
  ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(String(fault.code))

const ask = (
  { socketPath, token }: PrivateEntry,
  { service, slot, method, path, headers, timeoutMs }: ProbeRequest,
): Promise<{ response: IncomingMessage; body: string }> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest({
      socketPath,
      method,
      path,
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        host: service,
        // So that apps can leave probes out of what they count.
        'user-agent': 'towpath-probe',
        ...headers,
        connection: 'close',
        [privateHeaders.token]: token,
        [privateHeaders.service]: service,
        [privateHeaders.slot]: slot,
      },
    })
    sent.on('error', reject)
    sent.on('response', (response) => {
      readBody(response).then((body) => resolve({ response, body }), reject)
    })
    sent.end()
  })

const faultOf = (status: number, { service, slot }: ProbeRequest): string => {
  const place = `slot ${slot} of ${service}`
  if (status === 403) return TOKEN_REFUSED
  if (status === 502) return `${place} broke off before its answer was complete`
  if (status === 504) return `${place} took the connection and gave no answer`
  return `the edge could not connect to ${place}`
}

const sentenceFor = (fault: unknown, { service, slot, timeoutMs }: ProbeRequest): string => {
  if (fault instanceof Error && (fault.name === 'TimeoutError' || fault.name === 'AbortError'))
    return `slot ${slot} of ${service} gave no complete answer within ${timeoutMs} ms`
  // Over a link to another host, a socket that nobody listens on is opened and reset.
  const isReset =
    fault instanceof Error && /^(?:read ECONNRESET|write EPIPE|socket hang up)$/.test(fault.message)
  const code = (fault as NodeJS.ErrnoException).code
  if (isReset || code === 'ENOENT' || code === 'ECONNREFUSED') return 'the edge does not run'
  return `slot ${slot} of ${service} gave no complete answer: ${messageOf(fault)}`
}
