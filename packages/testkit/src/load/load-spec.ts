import type { StreamReport, StreamTarget } from './stream-spec.ts'

/** One kind of request the load is made of. */
export interface LoadTarget {
  /** `http://` only; the host is part of the Host header unless `host` says otherwise. */
  url: string
  method?: 'GET' | 'POST'
  /** Host header, for a proxy that tells its sites by name. */
  host?: string
  body?: string
  /** Share of the requests, relative to the other targets; 1 unless told. */
  weight?: number
}

export interface LoadSpec {
  targets: LoadTarget[]
  ratePerSecond: number
  /** Keep-alive connections per address. When all are busy, requests wait in line and their clock runs. */
  connections: number
  /** Long requests beside the paced ones, each on a connection of its own. */
  slow?: { url: string; host?: string; everyMs: number }
  /** Streams beside the requests, opened at the start and kept open. They count as no requests. */
  streams?: StreamTarget[]
  /** A request that has no complete answer this long after it was sent counts as dropped; 15 s unless told. */
  timeoutMs?: number
}

/** What became of one request. Exactly one of these for every request sent. */
export type Outcome = 'ok' | 'failed' | 'dropped' | 'unsent'

export interface ReleaseTally {
  ok: number
  failed: number
  /** Answer began with this release's header and was cut off. */
  dropped: number
  byStatus: Record<string, number>
  /** Monotonic ms (see `monotonicNowMs`). */
  firstAnswerAtMs: number
  lastAnswerAtMs: number
}

export interface FailureSample {
  atMs: number
  outcome: Exclude<Outcome, 'ok' | 'unsent'>
  url: string
  release: string
  status: number | null
  /** `ECONNREFUSED`, `ECONNRESET`, `CLOSED`, `TRUNCATED`, `MALFORMED`, `TIMEOUT`, `OVERFLOW`, `UNFINISHED`; null for a complete answer. */
  fault: string | null
  /** True where the connection had answered before: the race of keep-alive. */
  reused: boolean
  firstBytes: string
}

/** Counts of a load so far. `sent = ok + failed + dropped + unsent + inFlight`, always. */
export interface LoadReport {
  /** Monotonic ms. */
  startedAtMs: number
  takenAtMs: number
  sent: number
  /** Complete answers with status 2xx or 3xx. */
  ok: number
  /** Complete answers with any other status. */
  failed: number
  /** No answer, or one that was cut off. Never tried again. */
  dropped: number
  /**
   * Waited in line for all of their time while others were answered: this machine could not offer such a load. No loss
   * of whoever was to answer, and no proof of anything either.
   */
  unsent: number
  inFlight: number
  /** By the answer's `x-release`; `unknown` where it had none or no answer came. */
  byRelease: Record<string, ReleaseTally>
  /** From the moment a request was due to its complete answer; slow requests apart. */
  latencyMs: { p50: number; p99: number; max: number }
  /** The longest time between two complete 2xx answers. */
  longestGap: { ms: number; fromMs: number; toMs: number }
  slow: { sent: number; ok: number; failed: number; dropped: number }
  connectionsOpened: number
  /** One for each of the spec's `streams`, in their order. */
  streams: StreamReport[]
  /** The first failures of each kind, at most 100 in all. */
  samples: FailureSample[]
}

/** Milliseconds of the machine's monotonic clock: comparable between processes of one machine. */
export const monotonicNowMs = (): number => Number(process.hrtime.bigint()) / 1e6
