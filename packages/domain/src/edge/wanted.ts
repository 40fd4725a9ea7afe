/**
 * What the edge of one environment should be doing. Rendered to a file first and brought about at run time second;
 * the file alone must be enough to come back to the same traffic after any restart.
 */
export interface WantedEdge {
  project: string
  environment: string
  /** Who wrote this last: the fence grows with every controller, an older one is refused. */
  fence: number
  deployment: string
  services: WantedService[]
}

export interface WantedService {
  service: string
  /** Port the edge listens on inside its networks: the service's own port, so neighbours notice nothing. */
  port: number
  health: HealthCheckSpec
  /** Always all slots of the service, in order `s1..sN`. */
  slots: WantedSlot[]
  /** A candidate that takes a share of the traffic while it is judged; null where none does. */
  trial: Trial | null
  /** Clients stay on the side they were drawn to: by a cookie, so only for services that browsers ask. */
  cohort: boolean
  /** Nothing serves right now: requests wait at the edge until something does. */
  held: boolean
}

/**
 * The share of a candidate on trial. The slot's role stays `candidate`; live slots get the rest, and all of it whenever
 * the slot is down, its fuse has blown, or its lease has run out. A lease is not part of what is wanted: it is renewed
 * by whoever judges (`Edge.renew`), and an edge that comes up from its file has none.
 */
export interface Trial {
  slot: string
  /** Of ten thousand requests, or with `cohort` of ten thousand clients; 10000 is all of them. */
  perMyriad: number
  /** Turns the draw, so that it is not the same clients at every deployment; 0-9999. */
  salt: number
}

/** How the edge probes a slot, and how a deployment decides that a candidate is ready. */
export interface HealthCheckSpec {
  path: string
  intervalMs: number
  timeoutMs: number
  /** Answers that count as healthy, e.g. 200-399. */
  statusMin: number
  statusMax: number
}

/**
 * - `live`: takes traffic by weight (1-100)
 * - `candidate`: probed, reachable only through the private entry
 * - `backup`: finishes what it has, gets new requests only when every live slot is down
 * - `draining`: finishes what it has, gets nothing new
 * - `off`: not probed, gets nothing
 */
export type SlotRole =
  | { role: 'live'; weight: number }
  | { role: 'candidate' }
  | { role: 'backup' }
  | { role: 'draining' }
  | { role: 'off' }

export type WantedSlot = SlotRole & {
  slot: string
  /** Fixed for the life of the slot, so that the edge's file never depends on who sits in it. */
  address: string
  port: number
  /** Release in the slot, for logs and counters; `null` when off. */
  release: string | null
}

/** One slot as the running edge sees it. Counters count since the edge's last start or reload. */
export interface SlotStatus {
  service: string
  slot: string
  /** `up` only after a probe passed; `off` when taken out by us. */
  health: 'up' | 'down' | 'starting' | 'off'
  role: SlotRole['role']
  weight: number
  /** For a candidate on trial: whether its fuse holds and its lease lasts; null for every other slot. */
  trial: { fuse: 'holds' | 'blown'; lease: 'lasts' | 'over' } | null
  /** Requests or streams in flight. */
  sessions: number
  requests: number
  /** Answers of the service by status class. */
  answered: { '2xx': number; '3xx': number; '4xx': number; '5xx': number }
  connectErrors: number
  responseErrors: number
  retries: number
  lastProbe: string
}
