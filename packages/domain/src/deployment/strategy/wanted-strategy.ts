import type { StrategyConfig } from '../../config/resolved-config.ts'
import { blueGreen, rollingByDefault } from './move.ts'
import type { ServiceStrategy } from './strategy.ts'

/** The strategy that the config names; several replicas of which it says nothing roll. */
export function strategyWanted(
  { services, named }: StrategyConfig,
  { service, replicas }: { service: string; replicas: number },
): ServiceStrategy {
  const own = services[service] ?? blueGreen
  return replicas > 1 && own.type !== 'rolling' && !named.includes(service) ? rollingByDefault : own
}
