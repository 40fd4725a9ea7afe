import type { FleetMember, FleetPlan } from '../fleet/fleet-plan.ts'
import type { Build } from '../release/build.ts'
import type { SchemaImpact } from '../release/release.ts'
import type { HealthCheckSpec } from '../edge/wanted.ts'
import type { SmokeCheck } from '../config/resolved-config.ts'
import type { VerdictBudget } from '../verdict/budget.ts'
import type { AdoptionRecord } from '../adoption/running/adoption-record.ts'
import type { ServiceStrategy } from './strategy/strategy.ts'
import type {
  AdoptedContainer,
  Attachment,
  ContainerSpec,
  NetworkSpec,
  PublishedPort,
  VolumeSpec,
} from './container.ts'

/**
 * Everything a deployment will do, decided before it starts and stored with its request. Holds placeholders where
 * secrets go. The same plan always leads to the same containers.
 */
export interface DeploymentPlan {
  project: string
  environment: string
  release: string
  schema: SchemaImpact
  builds: Build[]
  networks: NetworkSpec[]
  volumes: VolumeSpec[]
  edge: EdgePlan
  /** Accessories that shipped services need: there before the first candidate. */
  accessoriesBefore: ContainerSpec[]
  /** Accessories that need the shipped services (a proxy in front): there after the first switch. */
  accessoriesAfter: ContainerSpec[]
  backup: JobPlan | null
  jobs: JobPlan[]
  /** In the order in which traffic moves: who is needed comes first. */
  services: ServicePlan[]
  /** Services started together; a later wave waits until the earlier ones are healthy. */
  waves: string[][]
  drainMs: number
  bakeMs: number
  warmMs: number
  keep: number
  /** Approvals the policy asks for; a schema that cannot go back may ask for one more than none. */
  approvals: number
  /** Nothing was live when it was planned, so there is nothing to go back to. */
  firstDeployment: boolean
  /** Accessories whose description in the file differs from what runs; told, never changed. */
  notes: string[]
  /** What a verdict on the release must be able to see, and how sure it must be. Absent in older ledgers. */
  verdict?: VerdictBudget
  /** The compose project that runs on the host already; its accessories are left to it. Absent where none was named. */
  composeProject?: string
  /** What was found where this plan only records what ran. */
  adoption?: AdoptionRecord
  /** Present where the environment has several hosts: the deployment's own steps are hosts then. */
  fleet?: FleetPlan
  /** Present where the deployment is what one of several hosts does. */
  member?: FleetMember
}

export interface ServicePlan {
  service: string
  port: number
  health: HealthCheckSpec
  healthyWithinMs: number
  smoke: SmokeCheck[]
  /** Absent in ledgers from before there was a choice: blue-green. */
  strategy?: ServiceStrategy
  /** One instance at a time may serve. */
  single?: boolean
  stopGraceMs: number
  /** Without name, slot labels and slot address: those come when a slot is given. */
  container: ContainerSpec
  /** First 12 hex digits of the container's SHA-256: equal means the same container would do. */
  specDigest: string
  /** Serves in the place of a container made from this plan. */
  adopted?: AdoptedContainer
}

export interface JobPlan {
  job: string
  container: ContainerSpec
  withinMs: number
}

export interface EdgePlan {
  name: string
  labels: Record<string, string>
  /** Towpath's own network, where slots have their fixed addresses. */
  slotNetwork: string
  networks: Attachment[]
  ports: PublishedPort[]
  /** A person took on the short interruption of making the edge anew with other names or ports. */
  replace: boolean
}

/** What was pinned, each by the SHA-256 of its bytes in the ledger's store. */
export interface Pins {
  snapshot: string
  model: string
  /** The merged config: read again as it was, whatever a later version of Towpath makes of the file. */
  config: string
  policyVersion: number
}
