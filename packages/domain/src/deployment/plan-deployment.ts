import type { JobConfig, ResolvedConfig, ServiceConfig } from '../config/resolved-config.ts'
import type { EnvironmentPolicy } from '../environment/policy.ts'
import type { ComposeModel, ComposeService } from '../project/compose-model.ts'
import type { Release } from '../release/release.ts'
import { replicaKey } from '../edge/replica.ts'
import { imageOf } from '../release/build.ts'
import type { ContainerSpec, NetworkSpec } from './container.ts'
import type { DeploymentPlan, JobPlan, ServicePlan } from './plan.ts'
import { accessoriesOf } from './plan-accessories.ts'
import { planEdge } from './plan-edge-placement.ts'
import { containerFor, networkAttachments, ourLabels } from './plan-container.ts'
import type { PlanProblem } from './plan-problems.ts'
import { planProblems } from './plan-problems.ts'
import { inOrderOfNeed, wavesOf } from './service-order.ts'
import { strategyWanted } from './strategy/wanted-strategy.ts'

export interface PlanInput {
  installation: string
  release: Release
  config: ResolvedConfig
  /** After `map` was applied. */
  model: ComposeModel
  /** The stricter of accepted and asked. */
  policy: EnvironmentPolicy
  firstDeployment: boolean
  replaceEdge: boolean
  /** SHA-256 of the sealed secrets file, so that new secrets mean new containers; empty where there is none. */
  sealedDigest: string
  /** Hex SHA-256 of a text. */
  sha256: (text: string) => string
}

export type PlanResult = { ok: true; plan: DeploymentPlan } | { ok: false; problems: PlanProblem[] }

/** Turns a release, its config and its compose model into everything a deployment will do, or says why it cannot be. */
export function planDeployment(input: PlanInput): PlanResult {
  const problems = planProblems(input)
  if (problems.length > 0) return { ok: false, problems }
  const { config, model, release } = input
  const services = inOrderOfNeed(config.services, model).flatMap((service) => planReplicas(service, input))
  const accessories = accessoriesOf(input)
  const jobs = config.jobs.filter((job) => job.name !== config.database?.backup?.job)
  return {
    ok: true,
    plan: {
      project: config.project,
      environment: config.environment,
      release: release.version,
      schema: release.schema,
      builds: release.builds,
      networks: [...networksOf(input), slotNetwork(input)],
      volumes: Object.values(model.volumes).map((volume) => ({
        name: volume.name,
        driver: volume.driver,
        options: volume.options,
        external: volume.external,
        labels: { ...volume.labels, ...ourLabels(input, 'volume') },
      })),
      edge: planEdge(input, slotNetworkName(input)),
      accessoriesBefore: accessories.before,
      accessoriesAfter: accessories.after,
      backup: planBackup(input),
      jobs: jobs.map((job) => planJob(job, input)),
      services,
      waves: wavesOf(config.services, model),
      drainMs: config.strategy.drainMs,
      bakeMs: config.strategy.bakeMs,
      warmMs: config.strategy.warmMs,
      keep: config.keep,
      approvals: input.policy.approvals,
      firstDeployment: input.firstDeployment,
      notes: accessories.notes,
      verdict: config.strategy.verdict,
      ...(config.map.project === undefined ? {} : { composeProject: config.map.project }),
      ...(config.fleet === undefined ? {} : { fleet: config.fleet }),
    },
  }
}

const slotNetworkName = ({ config }: PlanInput): string => `towpath-${config.project}-${config.environment}`

/** Edge and slots meet here. Internal: joining it gives a container no new way out. */
const slotNetwork = (input: PlanInput): NetworkSpec => ({
  name: slotNetworkName(input),
  driver: 'bridge',
  internal: true,
  external: false,
  options: {},
  labels: ourLabels(input, 'network'),
})

const networksOf = (input: PlanInput): NetworkSpec[] =>
  Object.values(input.model.networks).map((network) => ({
    name: network.name,
    driver: network.driver,
    internal: network.internal,
    external: network.external,
    options: network.options,
    labels: { ...network.labels, ...ourLabels(input, 'network') },
    ...(network.subnet === undefined ? {} : { subnet: network.subnet }),
    ...(network.gateway === undefined ? {} : { gateway: network.gateway }),
  }))

/** Every replica is a service's plan under a key of its own. They are alike: the first is asked for all of them. */
function planReplicas(service: ServiceConfig, input: PlanInput): ServicePlan[] {
  const first = planService(service, input)
  const { replicas } = composeService(input.model, service.compose)
  return Array.from({ length: replicas }, (_, index) =>
    index === 0 ? first : { ...first, service: replicaKey(service.name, index), smoke: [] },
  )
}

function planService(service: ServiceConfig, input: PlanInput): ServicePlan {
  const composed = composeService(input.model, service.compose)
  const { health } = service
  const container: ContainerSpec = {
    ...containerFor(composed, input, 'candidate'),
    name: baseName(input, service.compose, input.release.version),
    image: imageForService(input.release, service.name),
    // The service's own names belong to the edge; a candidate answers to none of them.
    networks: networkAttachments(composed, input.model, () => []),
    ports: [],
    // `always` would bring a retired release back with the engine; a stopped one must stay stopped.
    restart: composed.restart.name === 'always' ? { name: 'unless-stopped' } : composed.restart,
    labels: { ...composed.labels, ...ourLabels(input, 'candidate', service.name) },
  }
  return {
    service: service.name,
    port: service.port,
    health: {
      path: health.path,
      intervalMs: health.intervalMs,
      timeoutMs: health.timeoutMs,
      statusMin: health.statusMin,
      statusMax: health.statusMax,
    },
    healthyWithinMs: health.withinMs,
    smoke: service.smoke,
    strategy: strategyWanted(input.config.strategy, { service: service.name, replicas: composed.replicas }),
    single: service.single,
    stopGraceMs: composed.settings.stopGraceMs ?? 10_000,
    container,
    specDigest: input.sha256(JSON.stringify([container, input.sealedDigest])).slice(0, 12),
  }
}

function planJob(job: JobConfig, input: PlanInput): JobPlan {
  const composed = composeService(input.model, job.compose)
  return {
    job: job.name,
    withinMs: job.withinMs,
    container: {
      ...containerFor(composed, input, 'job'),
      name: baseName(input, job.compose, input.release.version),
      image:
        'service' in job.image ? imageForService(input.release, job.image.service) : (composed.image ?? ''),
      restart: { name: 'no' },
      ports: [],
      labels: { ...composed.labels, ...ourLabels(input, 'job', job.name) },
    },
  }
}

function planBackup(input: PlanInput): JobPlan | null {
  const name = input.config.database?.backup?.job
  const job = input.config.jobs.find((candidate) => candidate.name === name)
  return job === undefined ? null : planJob(job, input)
}

const imageForService = (release: Release, service: string): string => {
  const build = release.builds.find((candidate) => candidate.service === service)
  return build === undefined ? '' : imageOf(build)
}

const composeService = (model: ComposeModel, key: string): ComposeService => {
  const service = model.services[key]
  if (service === undefined)
    throw new RangeError(`no compose service ${key}: planProblems should have said so`)
  return service
}

const baseName = ({ config }: PlanInput, compose: string, version: string): string =>
  `${config.project}-${config.environment}-${compose}-${version.replaceAll(/[^a-zA-Z0-9_.-]/g, '_')}`
