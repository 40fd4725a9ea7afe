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
