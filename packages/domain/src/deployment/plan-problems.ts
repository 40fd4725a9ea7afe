import type { ServiceConfig } from '../config/resolved-config.ts'
import type { ComposeService } from '../project/compose-model.ts'
import { replicasMax } from '../edge/replica.ts'
import { slotNames } from '../edge/slots.ts'
import type { PlanInput } from './plan-deployment.ts'
import type { StrategyType } from './strategy/strategy.ts'
import { strategyWanted } from './strategy/wanted-strategy.ts'

/** Why a release cannot be deployed as it is: what, and what to do. */
export interface PlanProblem {
  code: string
  message: string
  hint: string
}

/** Everything that stands against a plan, all at once. */
export function planProblems(input: PlanInput): PlanProblem[] {
  const { config } = input
  return [
    ...config.services.flatMap((service) => serviceProblems(service, input)),
    ...config.jobs.flatMap((job) => missingCompose(job.name, job.compose, input)),
    ...portClashes(config.services),
  ]
}

function serviceProblems(service: ServiceConfig, input: PlanInput): PlanProblem[] {
  const missing = missingCompose(service.name, service.compose, input)
  const composed = input.model.services[service.compose]
  if (composed === undefined) return missing
  const build = input.release.builds.some((candidate) => candidate.service === service.name)
  return [
    ...(build ? [] : [noBuild(service.name, input)]),
    ...(composed.networkMode === null ? [] : [ownNetwork(service.name, composed)]),
    ...singleProblems(service, input),
    ...replicaProblems(service, composed, input),
  ]
}

const missingCompose = (name: string, compose: string, { model }: PlanInput): PlanProblem[] =>
  model.services[compose] === undefined
    ? [
        {
          code: 'COMPOSE_SERVICE_MISSING',
          message: `${name} names the compose service ${compose}, which the compose file does not have.`,
          hint: `Compose has: ${Object.keys(model.services).join(', ')}. Mend towpath.yaml; nothing was changed.`,
        },
      ]
    : []

const noBuild = (service: string, { release }: PlanInput): PlanProblem => ({
  code: 'BUILD_MISSING',
  message: `Release ${release.version} holds no build of ${service}.`,
  hint: `Create the release with --build ${service}=IMAGE@sha256:...; nothing was changed.`,
})

const ownNetwork = (service: string, composed: ComposeService): PlanProblem => ({
  code: 'NETWORK_MODE_UNSUPPORTED',
  message: `${service} uses network_mode: ${composed.networkMode ?? ''} (compose line ${composed.line}), so no edge can stand in front of it.`,
  hint: 'Give it a compose network, or leave it out of towpath.yaml as an accessory; nothing was changed.',
})

/** Two instances serving at once is what `single` forbids, whatever share the second one has. */
function singleProblems(service: ServiceConfig, { config }: PlanInput): PlanProblem[] {
  const strategy = config.strategy.services[service.name]
  if (!service.single || (strategy?.type !== 'canary' && strategy?.type !== 'rolling')) return []
  return [
    {
      code: 'STRATEGY_NEEDS_TWO',
      message: `${service.name} is declared single and asks for ${strategy.type}, which sends requests to two instances at once.`,
      hint: `Use handoff (or recreate-hold where two must not even run side by side) in strategy.services.${service.name}; nothing was changed.`,
    },
  ]
}

function replicaProblems(
  service: ServiceConfig,
  composed: ComposeService,
  { config }: PlanInput,
): PlanProblem[] {
  const { name, single } = service
  const { replicas } = composed
  if (replicas === 1) return []
  if (replicas < 1 || replicas > replicasMax) return [outOfRange(name, composed)]
  if (single) return [singleReplicas(name, composed)]
  const { type } = strategyWanted(config.strategy, { service: name, replicas })
  return type === 'rolling' ? [] : [replicasNeedRolling({ service: name, type }, composed)]
}

const outOfRange = (service: string, composed: ComposeService): PlanProblem => ({
  code: 'REPLICAS_UNSUPPORTED',
  message: `${service} asks for ${composed.replicas} replicas (compose line ${composed.line}); Towpath runs 1 to ${replicasMax}: a service has ${slotNames.length} slots, and one stays free to replace the others through.`,
  hint: `Set replicas to ${replicasMax} at most, and give each more to work with if that is too few; nothing was changed.`,
})

const singleReplicas = (service: string, composed: ComposeService): PlanProblem => ({
  code: 'REPLICAS_OF_SINGLE',
  message: `${service} is declared single and asks for ${composed.replicas} replicas (compose line ${composed.line}): one instance at a time may serve, or several, not both.`,
  hint: `Set replicas to 1, or take single from services.${service} if its instances share nothing in memory; nothing was changed.`,
})

const replicasNeedRolling = (
  { service, type }: { service: string; type: StrategyType },
  composed: ComposeService,
): PlanProblem => ({
  code: 'REPLICAS_NEED_ROLLING',
  message: `${service} asks for ${composed.replicas} replicas (compose line ${composed.line}) and ${type}, which would want twice as many at once; replicas are replaced one by one, the first of them judged before the others follow.`,
  hint: `Use rolling in strategy.services.${service}, or leave its strategy out; nothing was changed.`,
})

function portClashes(services: ServiceConfig[]): PlanProblem[] {
  const seen = new Map<number, string>()
  return services.flatMap((service) => {
    const first = seen.get(service.port)
    seen.set(service.port, first ?? service.name)
    if (first === undefined) return []
    return [
      {
        code: 'EDGE_PORT_CLASH',
        message: `${first} and ${service.name} both listen on port ${service.port}, and one edge answers for both.`,
        hint: 'Let one of them listen on another port; nothing was changed.',
      },
    ]
  })
}
