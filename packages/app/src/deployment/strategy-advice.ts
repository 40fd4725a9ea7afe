import type { ResolvedConfig } from '@towpath/domain/config/resolved-config.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { ServicePlan } from '@towpath/domain/deployment/plan.ts'
import { fitsOf, suggested } from '@towpath/domain/deployment/strategy/fit.ts'
import type { Fit } from '@towpath/domain/deployment/strategy/fit.ts'
import { budgetOf, strategyOf } from '@towpath/domain/deployment/strategy/move.ts'
import { wayBackText } from '@towpath/domain/deployment/strategy/strategy.ts'
import type { ServiceStrategy, StrategyType } from '@towpath/domain/deployment/strategy/strategy.ts'
import { planVerdict } from '@towpath/domain/verdict/plan-verdict.ts'
import type { Forecast } from '@towpath/domain/verdict/plan-verdict.ts'
import { isFirstReplica, serviceOf } from '@towpath/domain/edge/replica.ts'
import type { Performing } from '../runner/performing.ts'
import { presentTraffic } from '../observe/present-traffic.ts'
import type { PresentTraffic } from '../observe/present-traffic.ts'

/** How one service would go over, whether that suits it, and what a verdict and a way back would take. */
export interface StrategyAdvice {
  service: string
  strategy: ServiceStrategy
  fits: Fit[]
  suggested: StrategyType
  /** At the edge, lately; null where nothing was seen. */
  requestsPerSecond: number | null
  /** Until a verdict at the first share, or with other strategies after the switch; null where nobody can tell. */
  verdict: Forecast | null
  wayBack: string
}

/** Advice on every service of a deployment, before it starts. Nothing is changed. */
export async function adviseStrategies(performing: Performing): Promise<StrategyAdvice[]> {
  const { deployment, config } = performing
  const seen = await presentTraffic(performing)
  return deployment.plan.services
    .filter(({ service }) => isFirstReplica(service))
    .map((service) => adviceFor({ service, deployment, config, seen: seen[service.service] ?? null }))
}

interface Facts {
  service: ServicePlan
  deployment: Deployment
  config: ResolvedConfig
  seen: PresentTraffic | null
}

function adviceFor({ service, deployment, config, seen }: Facts): StrategyAdvice {
  const strategy = strategyOf(service)
  const fits = fitsOf({
    single: service.single ?? false,
    writesTo: writesTo(service),
    replicas: replicasOf(service, deployment),
    ...connectionsOf(service.service, deployment, config),
    verdictMs: canaryForecast(service, deployment, seen)?.durationMs ?? (seen === null ? null : Infinity),
    atMostMs: strategy.type === 'canary' ? strategy.atMostMs : defaultAtMostMs,
    first: deployment.start?.previous?.services[service.service] === undefined,
  })
  return {
    service: service.service,
    strategy,
    fits,
    suggested: suggested(fits),
    requestsPerSecond: seen?.requestsPerSecond ?? null,
    verdict: forecastFor(service, deployment, seen),
    wayBack: wayBackText(strategy, deployment.plan.warmMs),
  }
}

/** What a canary is given where the config says nothing. */
const defaultAtMostMs = 600_000
const firstShare = 500

function forecastFor(
  service: ServicePlan,
  deployment: Deployment,
  seen: PresentTraffic | null,
): Forecast | null {
  if (firstShareOf(service, deployment) !== null) return canaryForecast(service, deployment, seen)
  if (seen === null) return null
  const { requestsPerSecond, baseline } = seen
  const expected = { mode: 'sequential', requestsPerSecond, weight: 1, baseline } as const
  return planVerdict(expected, budgetOf(deployment.plan)).decided
}

/** The share at which a release is judged first, in ten-thousandths; null where none is judged before it has all of it. */
function firstShareOf(service: ServicePlan, deployment: Deployment): number | null {
  const strategy = strategyOf(service)
  switch (strategy.type) {
    case 'canary':
      return strategy.weights[0] ?? firstShare
    case 'rolling':
      return 10_000 / (replicasOf(service, deployment) + 1)
    default:
      return null
  }
}

const replicasOf = ({ service }: ServicePlan, { plan }: Deployment): number =>
  plan.services.filter((other) => serviceOf(other.service) === service).length

function canaryForecast(
  service: ServicePlan,
  deployment: Deployment,
  seen: PresentTraffic | null,
): Forecast | null {
  if (seen === null) return null
  const share = firstShareOf(service, deployment) ?? firstShare
  const { requestsPerSecond, baseline } = seen
  const expected = { mode: 'concurrent', requestsPerSecond, weight: share / 10_000, baseline } as const
  return planVerdict(expected, budgetOf(deployment.plan)).decided
}

/** Paths of volumes that outlive a container and that it writes to. */
const writesTo = ({ container }: ServicePlan): string[] =>
  container.mounts.flatMap((mount) => (mount.type === 'volume' && !mount.readOnly ? [mount.target] : []))

/** What is left of the database's ceiling beside everything that stays up. */
function connectionsOf(
  service: string,
  { plan }: Deployment,
  { services, database }: ResolvedConfig,
): { connections: number | null; connectionsLeft: number | null } {
  const ceiling = database?.ceiling ?? null
  const own = services.find(({ name }) => name === service)?.connections ?? null
  const keys = plan.services.map((each) => serviceOf(each.service))
  const taken = services.reduce(
    (sum, { name, connections }) => sum + (connections ?? 0) * keys.filter((key) => key === name).length,
    0,
  )
  return { connections: own, connectionsLeft: ceiling === null ? null : Math.max(0, ceiling - taken) }
}
