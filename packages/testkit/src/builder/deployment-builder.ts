import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { foldDeployment, stepIdem } from '@towpath/domain/deployment/deployment-state.ts'
import type { ContainerSpec } from '@towpath/domain/deployment/container.ts'
import type { DeploymentPlan, ServicePlan } from '@towpath/domain/deployment/plan.ts'
import type {
  EnvironmentState,
  Placement,
  WarmPlacement,
} from '@towpath/domain/environment/environment-state.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import type { Command } from '@towpath/domain/deployment/command.ts'
import type { RecordedVerdict } from '@towpath/domain/ledger/event-data.ts'
import type { LedgerEvent, NewEvent } from '@towpath/domain/ledger/event.ts'

const container = (name: string): ContainerSpec => ({
  name,
  image: `registry.test/${name}@sha256:${'a'.repeat(64)}`,
  command: null,
  entrypoint: null,
  environment: {},
  labels: {},
  mounts: [],
  networks: [],
  ports: [],
  restart: { name: 'no' },
  healthcheck: null,
  settings: {},
})

/** A service's plan with sensible defaults. */
export const aServicePlan = (service: string, given: Partial<ServicePlan> = {}): ServicePlan => ({
  service,
  port: 4000,
  health: { path: '/health', intervalMs: 200, timeoutMs: 500, statusMin: 200, statusMax: 399 },
  healthyWithinMs: 5_000,
  smoke: [],
  stopGraceMs: 1_000,
  container: container(service),
  specDigest: 'abc123abc123',
  ...given,
})

/** A plan of one backend and one frontend with a migrator. */
export const aPlan = (given: Partial<DeploymentPlan> = {}): DeploymentPlan => ({
  project: 'shop',
  environment: 'production',
  release: '1.1.0',
  schema: 'expand',
  builds: [],
  networks: [],
  volumes: [],
  edge: { name: 'edge', labels: {}, slotNetwork: 'slots', networks: [], ports: [], replace: false },
  accessoriesBefore: [],
  accessoriesAfter: [],
  backup: null,
  jobs: [{ job: 'migrator', withinMs: 1_000, container: container('migrator') }],
  services: [aServicePlan('backend'), aServicePlan('frontend', { port: 3000 })],
  waves: [['backend', 'frontend']],
  drainMs: 1_000,
  bakeMs: 5_000,
  warmMs: 60_000,
  keep: 5,
  approvals: 0,
  firstDeployment: false,
  notes: [],
  ...given,
})

/** An event as the ledger would give it back. `at` is a second after 2026-01-01 per seq. */
export const anEvent = (event: NewEvent, seq: number): LedgerEvent => ({
  ...event,
  seq,
  at: new Date(Date.UTC(2026, 0, 1) + seq * 1_000).toISOString(),
})

/** A deployment as it stands after its request and the events given. */
export function aDeployment(given: {
  id?: string
  kind?: Deployment['kind']
  plan?: Partial<DeploymentPlan>
  author?: string
  events?: Omit<NewEvent, 'actor' | 'deployment' | 'environment'>[]
}): Deployment {
  const id = given.id ?? 'dep_1'
  const plan = aPlan(given.plan)
  const labels = { deployment: id, environment: 'production', release: plan.release }
  const requested = aDeploymentRequest(id, given.kind, { plan, author: given.author })
  const events = [
    requested,
    ...(given.events ?? []).map((event) => ({ actor: 'towpath', ...labels, ...event }) as NewEvent),
  ]
  const folded = events.reduce<Deployment | undefined>(
    (state, event, index) => foldDeployment(state, anEvent(event, index + 1)),
    undefined,
  )
  if (folded === undefined) throw new Error('no events, no deployment')
  return folded
}

/** The start of `aDeployment`, with its candidates in `s2` unless told otherwise. */
export const started = (
  given: Partial<{
    previous: Placement | null
    warm: WarmPlacement | null
    slots: Record<string, string>
  }> = {},
  id = 'dep_1',
): Omit<NewEvent, 'actor'> & { type: 'deployment.started' } => ({
  type: 'deployment.started',
  idem: `${id}/started`,
  data: {
    fence: 1,
    previous: given.previous === undefined ? aPlacement('1.0.0') : given.previous,
    warm: given.warm ?? null,
    slots: given.slots ?? { backend: 's2', frontend: 's2' },
    serviceNumbers: { backend: 0, frontend: 1 },
    subnet: '172.20.0.0/24',
  },
})

/** An event of `aDeployment`, as it is told. */
export type ToldEvent = Omit<NewEvent, 'actor' | 'deployment' | 'environment'>

/** The event that ends a command, whatever its data: what folds look at is its key. */
export const eventOf = (command: Command): ToldEvent => stepDone(command.step)

/** The verdict that a step reached. */
export const verdictReached = (
  step: string,
  verdict: RecordedVerdict['verdict'],
  given: Partial<RecordedVerdict> = {},
): ToldEvent => ({
  type: 'verdict.reached',
  idem: stepIdem('dep_1', step),
  data: {
    ...{ step, verdict, why: `${step}: ${verdict}`, by: 'traffic', timeHelps: false, isSuspect: false },
    ...{ perMyriad: 500, watchedMs: 1_000, services: [] },
    ...given,
  },
})

/** The event that ends a step, whatever its data: what folds look at is its key. */
export const stepDone = (step: string, id = 'dep_1'): Omit<NewEvent, 'actor'> => ({
  type: 'candidates.admitted',
  idem: stepIdem(id, step),
  data: { services: [] },
})

export const gatesAnswered = (passed: boolean, id = 'dep_1'): Omit<NewEvent, 'actor'> => ({
  type: 'gates.evaluated',
  idem: stepIdem(id, 'evaluate-gates'),
  data: { results: [], facts: '', passed },
})

export const stepFailed = (step: string, id = 'dep_1'): Omit<NewEvent, 'actor'> => ({
  type: 'step.failed',
  idem: `${id}/failed/${step}`,
  data: { step, code: 'X', message: `${step} failed`, hint: '', logTail: '' },
})

/** A release sitting in one slot of both services. */
export const aPlacement = (release: string, slot = 's1'): Placement => ({
  release,
  deployment: `dep_of_${release}`,
  services: Object.fromEntries(
    ['backend', 'frontend'].map((service, index) => [
      service,
      {
        slot,
        container: `${service}-${release}-${slot}`,
        image: '',
        specDigest: `digest-${release}`,
        port: index === 0 ? 4000 : 3000,
        health: { path: '/health', intervalMs: 200, timeoutMs: 500, statusMin: 200, statusMax: 399 },
        stopGraceMs: 1_000,
      },
    ]),
  ),
})

export const anEnvironment = (given: Partial<EnvironmentState> = {}): EnvironmentState => ({
  ...emptyEnvironment('production'),
  subnet: '172.20.0.0/24',
  serviceNumbers: { backend: 0, frontend: 1 },
  ...given,
})

/** The request of a deployment to production by ann. */
export const aDeploymentRequest = (
  id: string,
  kind: Deployment['kind'] = 'deploy',
  given: { plan?: DeploymentPlan; author?: string | undefined } = {},
): NewEvent => {
  const plan = given.plan ?? aPlan()
  return {
    type: 'deployment.requested',
    actor: 'ann',
    idem: `${id}/requested`,
    ...{ deployment: id, environment: 'production', release: plan.release },
    data: {
      id,
      kind,
      release: plan.release,
      author: given.author ?? 'ann',
      reason: '',
      schemaAccepted: null,
      plan,
      pins: { snapshot: '', model: '', config: '', policyVersion: 0 },
    },
  }
}
