import type { PublishedPort } from '@towpath/domain/deployment/container.ts'
import type { SlotStatus, WantedEdge } from '@towpath/domain/edge/wanted.ts'
import type { SlotTraffic } from '@towpath/domain/signal/traffic.ts'

/** Where an edge lives. One per environment and port group; its name and addresses never change after creation. */
export interface EdgeSpec {
  name: string
  image: string
  labels: Record<string, string>
  /** Towpath's own network between edge and slots (always joined, at `offset`), and the project's networks with the aliases the edge takes over. */
  networks: { network: string; aliases: string[]; offset?: number }[]
  /** Host ports that the compose file gave to the service itself. */
  ports: PublishedPort[]
}

/**
 * The reverse proxy of one environment. Order inside `apply`: write the file, then change the running edge, new slots up
 * before old ones down. Killing the controller anywhere in between leaves a file and an edge that serve every request.
 */
export interface Edge {
  /** Starts the edge from `wanted` unless it runs. */
  ensure(spec: EdgeSpec, wanted: WantedEdge): Promise<void>
  /** File first, run time second. Refuses (`FENCED`) when the file was written by a newer controller. Repeating is free. */
  apply(spec: EdgeSpec, wanted: WantedEdge): Promise<{ changed: boolean; reloaded: boolean; tookMs: number }>
  /** Differences between what is wanted, the file and the running edge, one sentence each; empty when they agree. */
  drift(spec: EdgeSpec, wanted: WantedEdge): Promise<string[]>
  status(spec: EdgeSpec): Promise<SlotStatus[]>
  /** What each release in each slot was sent since this controller began to follow the edge's log; see `SlotTraffic`. */
  traffic(spec: EdgeSpec): Promise<SlotTraffic[]>
  /** Lets the trial of a service go on until this time (RFC 3339); without it the edge itself ends the trial then. */
  renew(spec: EdgeSpec, lease: { service: string; until: string }): Promise<void>
  /** Ends every request and stream still open on a slot, each once. Tells how many; 0 when repeated. */
  cut(spec: EdgeSpec, place: { service: string; slot: string }): Promise<number>
  /** One private request to one slot, whatever its role, along the way that traffic takes. */
  probe(spec: EdgeSpec, request: ProbeRequest): Promise<ProbeAnswer>
  remove(spec: EdgeSpec): Promise<void>
}

export interface ProbeRequest {
  service: string
  slot: string
  method: string
  path: string
  headers: Record<string, string>
  timeoutMs: number
}

/** `status` is null when no complete answer came; `fault` says why. `body` is at most 64 KiB. */
export interface ProbeAnswer {
  status: number | null
  body: string
  fault: string | null
  /** Present where the edge itself could not be asked: nothing was learnt about the slot. */
  edgeDown?: true
  tookMs: number
}
