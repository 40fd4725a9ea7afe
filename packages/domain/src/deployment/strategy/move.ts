import { defaultBudget } from '../../verdict/budget.ts'
import { serviceOf } from '../../edge/replica.ts'
import type { VerdictBudget } from '../../verdict/budget.ts'
import type { DeploymentPlan, ServicePlan } from '../plan.ts'
import type { ServiceStrategy } from './strategy.ts'

/** Services whose traffic goes over together, by one strategy. */
export interface Move {
  strategy: ServiceStrategy
  services: string[]
  /** Ends the keys of its steps; empty where one move is the whole release. */
  key: string
}

export const blueGreen: ServiceStrategy = { type: 'blue-green' }

/** For services with several replicas of which the config says nothing. */
export const rollingByDefault: ServiceStrategy = { type: 'rolling', atLeastMs: 30_000, atMostMs: 600_000 }

/** Plans of older ledgers name no strategy: all of theirs were blue-green. */
export const strategyOf = ({ strategy }: Pick<ServicePlan, 'strategy'>): ServiceStrategy =>
  strategy ?? blueGreen

/** The strategy of a service by name; of one that the release no longer has, nothing is asked. */
export function strategyFor(plan: DeploymentPlan, service: string): ServiceStrategy {
  const found = plan.services.find((candidate) => candidate.service === service)
  return found === undefined ? blueGreen : strategyOf(found)
}

/** The budget of its verdicts; plans of older ledgers name none. */
export const budgetOf = ({ verdict }: DeploymentPlan): VerdictBudget => verdict ?? defaultBudget

/**
 * The moves of a release in their order: who is needed goes first, so that nobody meets a service older than the
 * release was made for. Neighbours that switch at once switch together, and the replicas of a service are one move.
 */
export function movesOf(plan: DeploymentPlan): Move[] {
  const groups: Omit<Move, 'key'>[] = []
  for (const service of plan.services) {
    const strategy = strategyOf(service)
    const last = groups.at(-1)
    if (last !== undefined && goTogether(last, service)) last.services.push(service.service)
    else groups.push({ strategy, services: [service.service] })
  }
  const isWhole = groups.length === 1 && groups[0]?.strategy.type === 'blue-green'
  return groups.map((group) => ({ ...group, key: isWhole ? '' : `:${group.services[0] ?? ''}` }))
}

function goTogether(move: Omit<Move, 'key'>, service: ServicePlan): boolean {
  const { type } = strategyOf(service)
  if (move.strategy.type !== type) return false
  return type === 'blue-green' || move.services.map(serviceOf).includes(serviceOf(service.service))
}
