import { monotonicNowMs } from './load-spec.ts'
import { openStream, type OpenStream } from './open-stream.ts'
import type { StreamReport, StreamTarget } from './stream-spec.ts'
import { StreamTally } from './stream-tally.ts'

/** Until the next try, where the server names no time of its own. */
const retryMs = 200

/** Opens a target's streams at once and keeps each open: one that is over is opened again, as an EventSource does. */
export class KeptStreams {
  #target: StreamTarget
  #timeoutMs: number
  #tally: StreamTally
  #open: (OpenStream | undefined)[] = []
  #waiting = new Set<NodeJS.Timeout>()
  #closed = false

  constructor(target: StreamTarget, facts: { startedAtMs: number; timeoutMs: number }) {
    if (new URL(target.url).protocol !== 'http:')
      throw new Error(`the load client speaks http only, not ${target.url}`)
    this.#target = target
    this.#timeoutMs = facts.timeoutMs
    this.#tally = new StreamTally(target, facts.startedAtMs)
    for (let stream = 0; stream < target.count; stream += 1) this.#keep(stream, retryMs)
  }

  report(nowMs: number): StreamReport {
    return this.#tally.report(nowMs)
  }

  /** Ends every stream; nothing is counted from here on. */
  close(): void {
    this.#closed = true
    for (const timer of this.#waiting) clearTimeout(timer)
    for (const stream of this.#open) stream?.close()
  }

  #keep(stream: number, afterMs: number): void {
    let pauseMs = afterMs
    this.#open[stream] = openStream(this.#target, this.#timeoutMs, {
      opened: (release) => this.#tally.opened(stream, release, monotonicNowMs()),
      event: () => this.#tally.event(stream, monotonicNowMs()),
      retry: (ms) => {
        pauseMs = ms
      },
      over: (end) => {
        if (this.#closed) return
        this.#tally.over(stream, end, monotonicNowMs())
        const timer = setTimeout(() => {
          this.#waiting.delete(timer)
          this.#keep(stream, pauseMs)
        }, pauseMs)
        this.#waiting.add(timer)
      },
    })
  }
}
