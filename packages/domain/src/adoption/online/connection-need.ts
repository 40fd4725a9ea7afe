import type { ResolvedConfig } from '../../config/resolved-config.ts'
import { overlaps } from '../../deployment/strategy/strategy.ts'
import type { ServiceStrategy } from '../../deployment/strategy/strategy.ts'
import type { ComposeModel, ComposeService } from '../../project/compose-model.ts'

/** Connections that a deployment has open at most, both releases together. */
export interface ConnectionNeed {
  count: number
  /** The sum in words, such as "twice backend 10, and 1 for migrator". */
  sum: string
  /** Services that use the database and of which nobody said how many connections they open. */
  unknown: string[]
}

type NeedConfig = Pick<ResolvedConfig, 'services' | 'jobs' | 'strategy' | 'database'>

/** What the pools of two releases and their migrations come to, by `connections` of towpath.yaml and the strategy of each service. */
export function connectionNeed(
  config: NeedConfig,
  { services }: Pick<ComposeModel, 'services'>,
): ConnectionNeed {
  const url = config.database?.url ?? ''
  const users = config.services.filter(
    ({ compose, connections }) => connections !== null || usesDatabase(services[compose], url),
  )
  const pools = users.map(({ name, compose, connections }) => {
    const replicas = services[compose]?.replicas ?? 1
    const instances = instancesAtOnce(config.strategy.services[name], replicas)
    return { name, connections, instances, count: (connections ?? 0) * instances }
  })
  const jobs = config.jobs.filter(({ migrates }) => migrates).map(({ name }) => name)
  const words = [
    ...pools.map(({ name, connections, instances }) => `${instances} x ${name} ${connections ?? '?'}`),
    ...jobs.map((name) => `1 for ${name}`),
  ]
  return {
    count: pools.reduce((sum, { count }) => sum + count, jobs.length),
    sum: words.join(', ') || 'no pool at all',
    unknown: pools.filter(({ connections }) => connections === null).map(({ name }) => name),
  }
}

/** A rolling release replaces one replica after the other, beside the others; the rest stands twice, or not at all. */
function instancesAtOnce(strategy: ServiceStrategy | undefined, replicas: number): number {
  if (strategy === undefined) return 2 * replicas
  if (strategy.type === 'rolling' || replicas > 1) return replicas + 1
  return overlaps(strategy) ? 2 * replicas : replicas
}

function usesDatabase(service: ComposeService | undefined, url: string): boolean {
  const variables = Object.entries(service?.environment ?? {})
  return variables.some(
    ([name, value]) =>
      /^(?:DATABASE_URL|POSTGRES_|PG(?:HOST|DATABASE)|DB_)/.test(name) ||
      /^postgres(?:ql)?:\/\//.test(value) ||
      (url !== '' && value.includes(url)),
  )
}
