import { projectsRunning } from '@towpath/domain/adoption/running/choose-project.ts'
import { composeLabels } from '@towpath/domain/adoption/running/found-container.ts'
import { planAdoption } from '@towpath/domain/adoption/running/plan-adoption.ts'
import type { WrittenOf } from '@towpath/domain/adoption/running/plan-adoption.ts'
import { adoptedVersion, readRunning } from '@towpath/domain/adoption/running/read-running.ts'
import type { Running } from '@towpath/domain/adoption/running/read-running.ts'
import { composeProjectOf } from '@towpath/domain/config/resolved-config.ts'
import { fillSecrets } from '@towpath/domain/config/secret-placeholder.ts'
import type { DeploymentPlan, Pins } from '@towpath/domain/deployment/plan.ts'
import { serviceOf } from '@towpath/domain/edge/replica.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { effectivePolicy } from '@towpath/domain/environment/policy.ts'
import type { EnvironmentPolicy } from '@towpath/domain/environment/policy.ts'
import { environmentView } from '@towpath/domain/ledger/views.ts'
import type { Release, SchemaImpact } from '@towpath/domain/release/release.ts'
import { pinInputs, planOrThrow, refuseWatched, requireAllowedHost } from '../deployment/deploy-release.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { requirePermission } from '../principal/caller.ts'
import { readEnvironment } from '../project/environment-model.ts'
import type { EnvironmentModel } from '../project/environment-model.ts'
import { problemsError } from '../project/problems.ts'
import { storeSnapshot } from '../release/snapshot.ts'
import type { ProjectFiles } from '../release/snapshot.ts'
import { stateOf } from '../state-of.ts'
import { othersOnHost } from './others-on-host.ts'
import { alreadyManaged, inMotion, projectUnnamed } from './adoption-errors.ts'

export interface AdoptInput {
  environment: string
  /** Null makes one of the tag that runs, or of the day. */
  version: string | null
  /** What the release that runs did to the database, as far as anybody knows. */
  schema: SchemaImpact
  files: ProjectFiles
  /** Findings that a person takes on, as `--accept` has them: `second-operator`, or `second-operator:WORD`. */
  accepted: readonly string[]
}

export interface PreparedAdoption {
  read: EnvironmentModel
  release: Release
  plan: DeploymentPlan
  pins: Pins
  policy: EnvironmentPolicy
  notes: string[]
}

/** Looks at what runs and says what adopting it would record. Nothing is changed, on the host or in the ledger. */
export async function prepareAdoption(
  installation: Installation,
  caller: Caller,
  input: AdoptInput,
): Promise<PreparedAdoption> {
  requirePermission(caller, 'adopt', input.environment)
  const environment =
    (await stateOf(installation.store, environmentView, input.environment)) ??
    emptyEnvironment(input.environment)
  refuseManaged(environment)
  const read = await readEnvironment(installation, input.files, input.environment)
  refuseWatched(read.config)
  requireAllowedHost(environment, read.config)
  const running = await lookAtHost(installation, read, input.accepted)
  const release: Release = {
    version: input.version ?? adoptedVersion(running.builds, installation.now()),
    builds: running.builds,
    schema: input.schema,
    snapshot: await storeSnapshot(installation, input.files),
    author: caller.principal.name,
    createdAt: installation.now(),
  }
  const { policy } = effectivePolicy(environment.policy, read.config.policy)
  const made = planOrThrow({
    installation: installation.id,
    release,
    config: read.config,
    model: read.model,
    policy,
    firstDeployment: true,
    replaceEdge: false,
    sealedDigest: read.sealedDigest,
    sha256: installation.sha256,
  })
  const plan = planAdoption(made, running.seats, { writtenOf: writtenIn(read), sha256: installation.sha256 })
  const pins = await pinInputs(installation, { release, model: read.model, config: read.config, environment })
  return { read, release, plan, pins, policy, notes: [...running.notes, ...read.warnings] }
}

function refuseManaged({ environment, live, active, queued, ejecting }: EnvironmentState): void {
  if (live !== null) throw alreadyManaged(environment, live.release)
  if (active !== null || queued.length > 0 || ejecting !== null) throw inMotion(environment)
}

async function lookAtHost(
  installation: Installation,
  read: EnvironmentModel,
  accepted: readonly string[],
): Promise<Running> {
  const { config, model, secrets } = read
  const engine = installation.engineOf(config.host.docker, secrets)
  const all = await engine.find([composeLabels.project])
  const project = config.map.project
  if (project === undefined)
    throw projectUnnamed({
      environment: config.environment,
      assumed: composeProjectOf(config),
      running: projectsRunning(
        all,
        config.services.map(({ compose }) => compose),
      ),
    })
  const found = all.filter(({ labels }) => labels[composeLabels.project] === project)
  const running = readRunning({ config, model, found, heldBy: await heldElsewhere(installation, config) })
  const others = await othersOnHost(installation, { config, found, accepted })
  running.problems.push(...others.problems)
  running.notes.push(...others.notes)
  if (running.problems.length === 0) return running
  throw problemsError({
    code: 'ADOPTION_IMPOSSIBLE',
    what: `What runs on ${config.environment} cannot be adopted`,
    problems: running.problems,
    unchanged: 'Nothing was changed.',
  })
}

/** Adopted containers of all other environments: two may share an engine. */
async function heldElsewhere(
  { store }: Installation,
  { environment }: { environment: string },
): Promise<Map<string, string>> {
  const { items } = await store.listViews(environmentView, { limit: 500 })
  const held = new Map<string, string>()
  for (const { state } of items)
    for (const placement of state.environment === environment ? [] : [state.live, state.warm])
      for (const { adopted } of Object.values(placement?.services ?? {}))
        if (adopted !== undefined) held.set(adopted.id, state.environment)
  return held
}

/** The files' own word on each service, secrets filled in for the comparison alone. */
function writtenIn({ model, config, secrets }: EnvironmentModel): WrittenOf {
  const fill = (text: string): string => fillSecrets(text, secrets).text
  return ({ service, container }) => {
    const key = config.services.find(({ name }) => name === serviceOf(service))?.compose ?? ''
    const composed = model.services[key]
    const { environment, command, entrypoint, ...rest } = container
    return {
      image: composed?.image || null,
      user: composed?.settings.user,
      spec: {
        ...rest,
        command: command?.map(fill) ?? null,
        entrypoint: entrypoint?.map(fill) ?? null,
        environment: Object.fromEntries(
          Object.entries(environment).map(([name, value]) => [name, fill(value)]),
        ),
        restart: composed?.restart ?? rest.restart,
      },
    }
  }
}
