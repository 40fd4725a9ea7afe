import type { ServiceStrategy, StrategyType } from '../deployment/strategy/strategy.ts'
import type { EvidencePolicy } from '../evidence/evidence-policy.ts'
import type { FleetPlan } from '../fleet/fleet-plan.ts'
import type { VerdictBudget } from '../verdict/budget.ts'

/** `towpath.yaml` for one environment after the one merge rule: what planners and gates read. All durations in ms. */
export interface ResolvedConfig {
  project: string
  environment: string
  /** `watch`: the team's own workflow deploys, and nothing here is ever touched. */
  mode: 'deploy' | 'watch'
  /** Paths relative to the folder of `towpath.yaml`. */
  composeFiles: string[]
  profiles: string[]
  services: ServiceConfig[]
  jobs: JobConfig[]
  /** Plain dotenv files, later over earlier. */
  settingsFiles: string[]
  /** Age-encrypted dotenv file. */
  secretsFile: string | null
  host: HostConfig
  /** Several hosts, in order, each with what `host` says but for its engine; absent where there is one. */
  fleet?: FleetPlan
  domain: string | null
  map: NameMap
  database: DatabaseConfig | null
  registries: Record<string, RegistryAccess>
  strategy: StrategyConfig
  /** Releases kept on the host besides the live one. */
  keep: number
  policy: PolicyConfig
}

/** What networks, volumes and accessories of an environment are named after. */
export const composeProjectOf = ({
  project,
  environment,
  map,
}: Pick<ResolvedConfig, 'project' | 'environment' | 'map'>): string =>
  map.project ?? `${project}-${environment}`

/** A service that Towpath ships: it takes traffic through the edge. */
export interface ServiceConfig {
  name: string
  /** Key in the compose file. */
  compose: string
  /** Repository of its builds, without tag or digest. */
  image: string
  port: number
  /** One instance at a time may serve: it keeps streams or state in memory. */
  single: boolean
  /** Connections to the database that one instance opens at most; null where nobody said. */
  connections: number | null
  health: {
    path: string
    withinMs: number
    intervalMs: number
    timeoutMs: number
    statusMin: number
    statusMax: number
  }
  smoke: SmokeCheck[]
}

/** A one-shot service, run once per deployment before the switch and never on the way back. */
export interface JobConfig {
  name: string
  compose: string
  /** Name of the service whose build it uses, or its own repository. */
  image: { service: string } | { repository: string }
  withinMs: number
  /** True where it changes the schema: such a deployment asks what a way back costs. */
  migrates: boolean
}

export interface SmokeCheck {
  method: 'GET' | 'HEAD'
  path: string
  headers: Record<string, string>
  status: number
  /** Text that the body must hold. */
  contains: string | null
  timeoutMs: number
}

export interface HostConfig {
  /** Address of an engine; see `parseHostAddress`. */
  docker: string
  /** The project's folder on the host: relative paths of the compose file start here. */
  folder: string
  diskFreeMinBytes: number
}

/** What an environment may rename without touching the compose file. */
export interface NameMap {
  /** The compose project that runs on the host already; absent: `composeProjectOf` makes a name, and watching goes by the folder. */
  project?: string | undefined
  /** Prefix of bind-mount sources as written or resolved -> another path on the host. */
  paths: Record<string, string>
  /** `hostPort` -> another host port. */
  ports: Record<string, number>
  /** Put before container names that the file fixes, so that two environments fit on one engine; empty keeps them. */
  names: string
  /** Host name in settings, labels and commands -> another one. */
  domains: Record<string, string>
}

export interface DatabaseConfig {
  /** Text with secret placeholders, e.g. the whole URL as one secret. */
  url: string
  /** Job that makes a backup before a migration. */
  backup: { job: string } | null
  /** Connections that the database allows in all; null where nobody said. */
  ceiling: number | null
}

export interface RegistryAccess {
  username: string
  /** A secret placeholder. */
  password: string
}

/** Strategies without a word of their own follow `type`. */
export interface StrategyConfig {
  type: StrategyType
  /** By service name, where it differs from `type` or has details of its own. */
  services: Record<string, ServiceStrategy>
  /** Services whose strategy the file names; the others may follow what the compose file says of their replicas. */
  named: string[]
  verdict: VerdictBudget
  /** Longest wait for requests in flight on the old release. */
  drainMs: number
  /** How long the new release is watched with the old one as backup. */
  bakeMs: number
  /** How long the old release stays warm after the bake. */
  warmMs: number
}

/** What a commit asks of an environment. The policy in the ledger is laid over it and only the stricter of both counts. */
export interface PolicyConfig {
  /** Distinct people, never the author. */
  approvals: number
  /** Environment that must have run the same release first, verified and baked that long. */
  needs: { environment: string; bakedMs: number } | null
  freeze: FreezeWindow[]
  /** Hosts this environment may be deployed to. */
  hosts: string[]
  /** Absent in configs that were pinned before there was any. */
  evidence?: EvidencePolicy
}

/** Weekly window in local time of a zone, e.g. Friday 16:00 to Monday 08:00. Days 1 (Monday) to 7. */
export interface FreezeWindow {
  fromDay: number
  fromMinute: number
  toDay: number
  toMinute: number
  zone: string
  /** As written, for messages. */
  text: string
}
