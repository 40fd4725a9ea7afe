import type { ReleaseStreams, StreamReport, StreamSample, StreamTarget } from './stream-spec.ts'

const cutSamplesMax = 200
const failureSamplesMax = 20

interface StreamState {
  /** Null while it is not open. */
  open: { release: string; sinceMs: number } | null
  lastEventAtMs: number
  cuts: number
}

/** Counts what becomes of one target's streams. No clock of its own: times come with what is counted. */
export class StreamTally {
  #target: StreamTarget
  #streams: StreamState[]
  #reconnectFailed = 0
  #longestSilenceMs = 0
  #byRelease: Record<string, ReleaseStreams> = {}
  #cutSamples: StreamSample[] = []
  #failureSamples: StreamSample[] = []

  constructor(target: StreamTarget, startedAtMs: number) {
    this.#target = target
    this.#streams = Array.from({ length: target.count }, () => ({
      open: null,
      lastEventAtMs: startedAtMs,
      cuts: 0,
    }))
  }

  opened(stream: number, release: string | null, atMs: number): void {
    const open = { release: release ?? 'unknown', sinceMs: atMs }
    this.#stream(stream).open = open
    this.#release(open.release).opened += 1
  }

  event(stream: number, atMs: number): void {
    const state = this.#stream(stream)
    this.#longestSilenceMs = Math.max(this.#longestSilenceMs, atMs - state.lastEventAtMs)
    state.lastEventAtMs = atMs
    if (state.open !== null) this.#release(state.open.release).events += 1
  }

  /** The stream is over, or the try to open it is: which of the two follows from what was counted before. */
  over(stream: number, end: { isOrderly: boolean; fault: string | null }, atMs: number): void {
    const state = this.#stream(stream)
    const { open } = state
    state.open = null
    if (open === null) {
      this.#reconnectFailed += 1
      const failure = { atMs, stream, what: 'not-opened', release: 'unknown', openMs: 0 } as const
      if (this.#failureSamples.length < failureSamplesMax)
        this.#failureSamples.push({ ...failure, fault: end.fault })
      return
    }
    state.cuts += 1
    this.#release(open.release).cuts += 1
    if (this.#cutSamples.length >= cutSamplesMax) return
    this.#cutSamples.push({
      atMs,
      what: end.isOrderly ? 'ended' : 'reset',
      stream,
      release: open.release,
      openMs: atMs - open.sinceMs,
      fault: end.fault,
    })
  }

  /** The counts at `nowMs`; a silence that still lasts counts up to then. */
  report(nowMs: number): StreamReport {
    const cuts = this.#streams.map((stream) => stream.cuts)
    const silencesMs = this.#streams.map((stream) => nowMs - stream.lastEventAtMs)
    const opened = Object.values(this.#byRelease).reduce((sum, release) => sum + release.opened, 0)
    return {
      url: this.#target.url,
      kind: this.#target.kind,
      opened,
      open: this.#streams.filter(({ open }) => open !== null).length,
      cuts: cuts.reduce((sum, count) => sum + count, 0),
      cutsPerStreamMax: Math.max(0, ...cuts),
      reconnectFailed: this.#reconnectFailed,
      byRelease: structuredClone(this.#byRelease),
      longestSilenceMs: Math.max(this.#longestSilenceMs, ...silencesMs),
      samples: [...this.#cutSamples, ...this.#failureSamples].toSorted((a, b) => a.atMs - b.atMs),
    }
  }

  #stream(stream: number): StreamState {
    const state = this.#streams[stream]
    if (state === undefined) throw new Error(`there is no stream ${stream} of ${this.#target.url}`)
    return state
  }

  #release(release: string): ReleaseStreams {
    return (this.#byRelease[release] ??= { opened: 0, events: 0, cuts: 0 })
  }
}
