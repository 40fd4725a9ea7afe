import { createParser } from 'eventsource-parser'
import { get, type IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import type { StreamTarget } from './stream-spec.ts'

/** What a stream tells of itself: `opened` at most once, `over` exactly once and last, unless it is closed from here. */
export interface StreamEvents {
  opened(release: string | null): void
  event(): void
  /** The server wants this much time before the next try. */
  retry(ms: number): void
  /** `isOrderly` where the server ended it as the protocol has it. Never opened when `opened` was not told before. */
  over(end: { isOrderly: boolean; fault: string | null }): void
}

export interface OpenStream {
  /** Ends it from this side. `over` may still be told. */
  close(): void
}

/** Opens one stream on a connection of its own, once. One that is not open within `timeoutMs` is over as `TIMEOUT`. */
export const openStream = (target: StreamTarget, timeoutMs: number, events: StreamEvents): OpenStream =>
  target.kind === 'sse'
    ? openEventStream(target, timeoutMs, events)
    : openWebSocket(target, timeoutMs, events)

const openEventStream = (
  { url, host }: StreamTarget,
  timeoutMs: number,
  events: StreamEvents,
): OpenStream => {
  let isOver = false
  const over = (isOrderly: boolean, fault: string | null): void => {
    clearTimeout(opening)
    if (!isOver) events.over({ isOrderly, fault })
    isOver = true
    request.destroy()
  }
  const request = get(url, { agent: false, headers: { accept: 'text/event-stream', ...hostField(host) } })
  const opening = setTimeout(() => over(false, 'TIMEOUT'), timeoutMs)
  request.on('error', (fault: NodeJS.ErrnoException) => over(false, fault.code ?? fault.message))
  request.once('response', (answer) => {
    if (isOver) return
    clearTimeout(opening)
    if (answer.statusCode !== 200) return over(false, String(answer.statusCode))
    events.opened(releaseOf(answer))
    const parser = createParser({ onEvent: () => events.event(), onRetry: (ms) => events.retry(ms) })
    answer.setEncoding('utf8')
    answer.on('data', (text: string) => parser.feed(text))
    answer.once('end', () => over(true, null))
    answer.once('error', (fault: NodeJS.ErrnoException) => over(false, fault.code ?? fault.message))
  })
  return { close: () => request.destroy() }
}

const sayEveryMs = 1_000
/** A closing code that no peer sends: the connection was gone without a closing frame. */
const noClosingFrame = 1006

const openWebSocket = ({ url, host }: StreamTarget, timeoutMs: number, events: StreamEvents): OpenStream => {
  const socket = new WebSocket(url.replace(/^http:/, 'ws:'), {
    handshakeTimeout: timeoutMs,
    perMessageDeflate: false,
    headers: hostField(host),
  })
  let release: string | null = null
  let fault: string | null = null
  let talk: NodeJS.Timeout | undefined
  socket.once('upgrade', (answer: IncomingMessage) => {
    release = releaseOf(answer)
    // The library ends a broken connection without saying why.
    answer.socket.on('error', (error: NodeJS.ErrnoException) => {
      fault ??= error.code ?? error.message
    })
  })
  socket.once('open', () => {
    events.opened(release)
    talk = setInterval(() => socket.send('still there'), sayEveryMs)
  })
  socket.on('message', () => events.event())
  socket.on('error', (error: NodeJS.ErrnoException) => {
    fault ??= socketFault(error)
  })
  socket.once('close', (code) => {
    clearInterval(talk)
    if (code === noClosingFrame) events.over({ isOrderly: false, fault: fault ?? 'CLOSED' })
    else events.over({ isOrderly: true, fault: String(code) })
  })
  return { close: () => socket.close() }
}

const hostField = (host: string | undefined): Record<string, string> => (host === undefined ? {} : { host })

const releaseOf = ({ headers }: IncomingMessage): string | null => {
  const release = headers['x-release']
  return typeof release === 'string' ? release : null
}

/** The library tells these two in words only. */
const socketFault = ({ code, message }: NodeJS.ErrnoException): string => {
  if (/handshake has timed out/.test(message)) return 'TIMEOUT'
  return code ?? /Unexpected server response: (\d+)/.exec(message)?.[1] ?? message
}
