import { setTimeout as sleep } from 'node:timers/promises'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import type { Connection } from './connect.ts'

export type StreamNews =
  | { news: 'event'; event: LedgerEvent }
  /** The server does not answer; it is asked again. */
  | { news: 'lost' }
  | { news: 'found' }

export interface FollowOptions {
  /** Asked anew for every attempt: a restarted server may have another address. */
  connect: () => Promise<Connection>
  deployment: string
  /** Events up to this seq are known already. */
  after: number
  signal: AbortSignal
  /** Longest time without a server before giving up. */
  patienceMs?: number
  /** The server says something every 15 s; a line silent for longer is dead. */
  silenceMs?: number
}

const waitMinMs = 200
const waitMaxMs = 5_000

/**
 * Every event of a deployment after the given one, in order and each once, through any number of cut connections and
 * restarts of the server. Ends when `signal` aborts; throws what the server refuses, and SERVER_UNREACHABLE when it
 * stays away for longer than `patienceMs`.
 */
export async function* followEvents(options: FollowOptions): AsyncGenerator<StreamNews> {
  const absence = new Absence(options)
  let { after } = options
  while (!options.signal.aborted) {
    try {
      for await (const event of oneConnection({ ...options, after })) {
        if (absence.end()) yield { news: 'found' }
        if (event === 'open' || event.seq <= after) continue
        after = event.seq
        yield { news: 'event', event }
      }
    } catch (thrown) {
      if (options.signal.aborted) return
      absence.judge(thrown)
    }
    if (absence.begin()) yield { news: 'lost' }
    await absence.wait()
  }
}

/** The time during which the server is away: how long it has been, and when to ask again. */
class Absence {
  readonly #patienceMs: number
  readonly #signal: AbortSignal
  #sinceMs: number | null = null
  #waitMs = waitMinMs

  constructor({ patienceMs = 180_000, signal }: FollowOptions) {
    this.#patienceMs = patienceMs
    this.#signal = signal
  }

  /** True where it begins now. */
  begin(): boolean {
    if (this.#sinceMs !== null) return false
    this.#sinceMs = performance.now()
    return true
  }

  /** True where it ends now. */
  end(): boolean {
    const wasAway = this.#sinceMs !== null
    this.#sinceMs = null
    this.#waitMs = waitMinMs
    return wasAway
  }

  /** Throws what waiting does not mend, and anything once patience is over. */
  judge(thrown: unknown): void {
    if (!mayPass(thrown)) throw thrown
    if (this.#sinceMs !== null && performance.now() - this.#sinceMs > this.#patienceMs) throw thrown
  }

  async wait(): Promise<void> {
    await sleep(this.#waitMs, undefined, { signal: this.#signal }).catch(() => {})
    this.#waitMs = Math.min(this.#waitMs * 2, waitMaxMs)
  }
}

/** Refusals stay; a server that is away, starting or full comes back. */
const mayPass = (thrown: unknown): boolean => {
  if (!(thrown instanceof TowpathError)) return true
  return thrown.kind === 'unreachable' || thrown.retryable
}

async function* oneConnection(options: FollowOptions): AsyncGenerator<LedgerEvent | 'open'> {
  const { after, deployment, signal, silenceMs = 45_000 } = options
  const silent = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const hear = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => silent.abort(new Error('the line went silent')), silenceMs)
  }
  hear()
  try {
    const { open } = await options.connect()
    const answer = await open(`/v1/stream?deployment=${encodeURIComponent(deployment)}&after=${after}`, {
      headers: { accept: 'text/event-stream', ...(after > 0 ? { 'last-event-id': String(after) } : {}) },
      signal: AbortSignal.any([signal, silent.signal]),
    })
    yield 'open'
    for await (const { data } of messagesOf(answer, hear)) yield JSON.parse(data) as LedgerEvent
  } finally {
    clearTimeout(timer)
    silent.abort()
  }
}

function messagesOf({ body }: Response, hear: () => void): AsyncIterable<{ data: string }> {
  if (body === null) throw new Error('the stream has no body')
  return body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(
      new TransformStream<string, string>({
        transform: (text, controller) => (hear(), controller.enqueue(text)),
      }),
    )
    .pipeThrough(new EventSourceParserStream({ maxBufferSize: 16 * 1024 * 1024 }))
}
