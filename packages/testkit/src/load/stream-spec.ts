/** Streams that a load keeps open beside its requests, as browsers do: one that ends is opened again. */
export interface StreamTarget {
  /** `http://` only, for WebSockets too. */
  url: string
  /** Host header, for a proxy that tells its sites by name. */
  host?: string
  /** `sse` reads events as an EventSource does; `websocket` says a word each second and expects to hear it again. */
  kind: 'sse' | 'websocket'
  count: number
}

/**
 * One end of an open stream, or one try to open one that failed.
 * - `ended`: in order, by the end of the answer or a closing frame
 * - `reset`: broken off
 * - `not-opened`: no stream came about
 */
export interface StreamSample {
  /** Monotonic ms (see `monotonicNowMs`). */
  atMs: number
  what: 'ended' | 'reset' | 'not-opened'
  /** Which of the `count` streams, from 0. */
  stream: number
  /** Release that served it, from the `x-release` of its opening; `unknown` where it had none. */
  release: string
  /** How long it had been open; 0 where it never was. */
  openMs: number
  /** Closing code, status or error (`1001`, `502`, `ECONNRESET`, `TIMEOUT`); null for an answer that ended in order. */
  fault: string | null
}

export interface ReleaseStreams {
  opened: number
  events: number
  cuts: number
}

/** What became of one target's streams so far. `opened = cuts + open`, until the load closes its own. */
export interface StreamReport {
  url: string
  kind: StreamTarget['kind']
  /** Streams that came about, first ones and later ones. */
  opened: number
  /** Open when the report was taken; those the load then closed itself are no cuts. */
  open: number
  /** Open streams that ended or broke, whoever did it. */
  cuts: number
  /** Cuts of the stream that was cut most. */
  cutsPerStreamMax: number
  /** Tries to open a stream that came to nothing, the first ones included. Each is tried again. */
  reconnectFailed: number
  byRelease: Record<string, ReleaseStreams>
  /** The longest time in which any one stream brought no event, from the start of the load on, outages included. */
  longestSilenceMs: number
  /** The first 200 cuts and the first 20 failed tries, by time. */
  samples: StreamSample[]
}
