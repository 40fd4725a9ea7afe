import type { ServedCertificate } from '../certificate/seen-certificate.ts'
import type { AdoptedContainer } from '../deployment/container.ts'
import type { FleetHost } from '../fleet/fleet-plan.ts'
import type { HealthCheckSpec } from '../edge/wanted.ts'
import type { GateWaiver } from '../gate/gate.ts'
import type { WatchState } from '../watch/watch-state.ts'
import type { EnvironmentPolicy } from './policy.ts'

/** A named place a release can live, as the ledger tells it. */
export interface EnvironmentState {
  environment: string
  /** Base network of the slots, e.g. `172.20.0.0/16`; null until the host was prepared once. */
  subnet: string | null
  /** Every service that ever had slots keeps its number, so that slot addresses never move. */
  serviceNumbers: Record<string, number>
  live: Placement | null
  /** The release before, still running as the edge's backup. */
  warm: WarmPlacement | null
  /** Deployment that holds the environment. */
  active: string | null
  /** Deployments that wait for their turn or for approval, oldest first. */
  queued: string[]
  policy: EnvironmentPolicy | null
  waivers: GateWaiver[]
  /** Approvers by release, each at most once. */
  approvals: Record<string, string[]>
  /** Newest first, at most `historyMax`. */
  history: HistoryEntry[]
  /** Can each kept release be taken back right now? */
  readiness: Record<string, Readiness>
  drift: { found: string[]; at: string } | null
  /** What its domain is served with; absent where that was never seen. */
  certificate?: ServedCertificate
  /** How the team's own workflow is watched; null where it is not. */
  watch: WatchState | null
  /** What is being given back to plain Compose, until nothing of Towpath's is left on the host. */
  ejecting: Ejecting | null
  /** Hosts that once had the environment's live release and are none of its hosts any more. */
  leftHosts?: FleetHost[]
}

/** The deployment that was live, and every place it and the one before had. */
export interface Ejecting {
  deployment: string
  places: PlacedService[]
}

export const historyMax = 100

/** The release before: `until` says how long it stays ready, `leaving` since when it only finishes what it has. */
export type WarmPlacement = Placement & { until: string; leaving: string | null }

/** A release sitting in slots. */
export interface Placement {
  release: string
  deployment: string
  services: Record<string, PlacedService>
  /** Present where the environment has several hosts: who sits in which slot is told by each of them. */
  hosts?: FleetHost[]
}

export interface PlacedService {
  slot: string
  container: string
  image: string
  specDigest: string
  port: number
  health: HealthCheckSpec
  stopGraceMs: number
  /** Where a container of the team's own serves. */
  adopted?: AdoptedContainer
}

export interface HistoryEntry {
  deployment: string
  kind: DeploymentKind
  release: string
  outcome: Outcome
  at: string
  bakedMs: number
}

export interface Readiness {
  ready: boolean
  why: string
  at: string
}

/**
 * `promote` is a deployment of what another environment verified; `rollback` goes back to a retained release; `adopt`
 * takes over what runs already; `import` records what ran before that, and nothing is done for it.
 */
export type DeploymentKind = 'deploy' | 'promote' | 'rollback' | 'adopt' | 'import'

export type Outcome = 'live' | 'refused' | 'rolled-back' | 'aborted' | 'superseded' | 'failed'

export const emptyEnvironment = (environment: string): EnvironmentState => ({
  environment,
  subnet: null,
  serviceNumbers: {},
  live: null,
  warm: null,
  active: null,
  queued: [],
  policy: null,
  waivers: [],
  approvals: {},
  history: [],
  readiness: {},
  drift: null,
  watch: null,
  ejecting: null,
})
