import type { HttpAnswer, HttpProbe, HttpRequest } from '@towpath/app/ports/http-probe.ts'
import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { readBody } from './read-body.ts'

/** A way to another host, where containers are asked from there. */
export interface HostLink {
  /** Socket here that leads to a port as the host sees it. */
  forward(place: { host: string; port: number }): Promise<string>
  /** True when the host itself answers within this time. */
  answersWithin(withinMs: number): Promise<boolean>
}

const linkAnswersWithinMs = 2_000

/** Plain HTTP/1.1 on a connection of its own for each question, so that none is answered by what ran before. */
export function httpProbe({ link }: { link?: HostLink } = {}): HttpProbe {
  return {
    async ask(request) {
      const started = performance.now()
      try {
        const { address: host, port } = request
        const way = link === undefined ? { host, port } : { socketPath: await link.forward({ host, port }) }
        const { response, body } = await send(way, request)
        const tookMs = performance.now() - started
        return { status: response.statusCode ?? null, body, fault: null, tookMs, isHeard: true }
      } catch (thrown) {
        const fault = faultOf(thrown, request)
        const tookMs = performance.now() - started
        // Over a link its own end looks like that of the service.
        const isLost = link !== undefined && !(await link.answersWithin(linkAnswersWithinMs))
        return { body: '', ...(isLost ? lost(fault) : fault), tookMs }
      }
    },
  }
}

const lost = ({ fault }: Fault): Fault => ({ status: null, fault, edgeDown: true, isHeard: false })

type Way = { host: string; port: number } | { socketPath: string }

const send = (
  way: Way,
  { address, port, method, path, headers, timeoutMs }: HttpRequest,
): Promise<{ response: IncomingMessage; body: string }> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest({
      ...way,
      ...{ method, path, agent: false, signal: AbortSignal.timeout(timeoutMs) },
      headers: {
        host: `${address}:${port}`,
        // So that apps can leave probes out of what they count.
        'user-agent': 'towpath-probe',
        ...headers,
        connection: 'close',
      },
    })
    sent.on('error', reject)
    sent.on('response', (response) => {
      readBody(response).then((body) => resolve({ response, body }), reject)
    })
    sent.end()
  })

/** No way leads there, or the link to its host is down: nothing was learnt of the service. */
const noWay = ['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ENOENT', 'EACCES']
const refusals = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE']

type Fault = Pick<HttpAnswer, 'status' | 'fault' | 'edgeDown' | 'isHeard'>

function faultOf(thrown: unknown, { port, timeoutMs }: HttpRequest): Fault {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const name = thrown instanceof Error ? thrown.name : ''
  if (name === 'TimeoutError' || name === 'AbortError')
    return { status: null, fault: `no complete answer within ${timeoutMs} ms`, isHeard: false }
  if (code === 'ECONNREFUSED')
    return { status: null, fault: `nothing listens on port ${port}`, isHeard: true }
  if (refusals.includes(code) || messageOf(thrown) === 'socket hang up')
    return { status: null, fault: 'the connection was cut before the answer', isHeard: true }
  const fault = `it could not be asked: ${messageOf(thrown)}`
  return noWay.includes(code) || code.startsWith('HOST_')
    ? { status: null, fault, edgeDown: true, isHeard: false }
    : { status: null, fault, isHeard: true }
}
