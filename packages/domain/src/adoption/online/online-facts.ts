import type { SeenCertificate } from '../../certificate/seen-certificate.ts'
import type { Observed } from '../../evidence/observed.ts'
import type { ProbeResult } from '../../signal/probe-result.ts'
import type { HostOperator } from '../host/host-operators.ts'
import type { ConnectionNeed } from './connection-need.ts'

/** What the server saw of one environment, for `towpath check --online`. What was not seen says why. */
export interface OnlineFacts {
  environment: string
  host: {
    /** As `host.docker` has it. */
    address: string
    seen: Observed<SeenHost>
  }
  disk: Observed<{ freeBytes: number; neededBytes: number }>
  /** Hosts that the environment has, or had, and would not have with these files; with the command for each of them. */
  left: { docker: string; takeAway: string }[]
  images: SeenImage[]
  /** Names without a value that services, jobs or towpath.yaml need. */
  missingSecrets: string[]
  /** Null where towpath.yaml names no database. */
  database: { seen: Observed<SeenDatabase>; need: ConnectionNeed } | null
  /** Null where nothing is live. */
  live: { release: string; services: SeenService[] } | null
  /** Who else acts on the containers there, and which of the host's files could not be read. */
  others: Observed<{ operators: HostOperator[]; unread: string[] }>
  /** Names that are served by TLS. */
  names: SeenName[]
}

export interface SeenName {
  name: string
  /** As it was asked for: that of the host, where the compose file publishes it. */
  port: number
  served: Observed<SeenCertificate>
  /** What the proxy's configuration names, as it lies on the host; null where that could not be read. */
  file: { path: string; seen: SeenCertificate } | null
}

export interface SeenHost {
  engine: string
  version: string
  /** Of the engine, as Docker names it. */
  architecture: string
  /** How far its clock is ahead of the controller's, in ms; null where the engine tells no time. */
  aheadMs: number | null
  /** The question took so long there and back, in ms: the clock is known to half of it. */
  tookMs: number
}

export interface SeenImage {
  /** Services that run it, by their names in towpath.yaml, or in the compose file where it has none; none for the edge's image. */
  services: string[]
  /** True where Towpath ships it: `image` is a repository then, and any tag in it will do. */
  shipped: boolean
  image: string
  seen: Observed<'in-registry' | 'on-host' | 'absent'>
  /** Its newest tag as the engine of the host finds it; null where the server found none, or Towpath does not ship it. */
  fromHost: { image: string; seen: Observed<{ platforms: string[] }> } | null
}

export type SeenDatabase = { reachable: false; why: string } | ReachedDatabase

export interface ReachedDatabase {
  reachable: true
  version: string
  /** Null where it does not tell. */
  connections: DatabaseConnections | null
}

/** How many connections this user may open to this database, and how many there are. */
export interface DatabaseConnections {
  /** The least of what server, database and user allow, without what is kept for superusers. */
  allowed: number
  /** Open on the server now, of everybody. */
  open: number
}

export interface SeenService {
  service: string
  path: string
  seen: Observed<ProbeResult>
}
