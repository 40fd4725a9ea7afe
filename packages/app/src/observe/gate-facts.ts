import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import { effectivePolicy, evidenceOf } from '@towpath/domain/environment/policy.ts'
import { frozenAt } from '@towpath/domain/environment/frozen-at.ts'
import type { EnvironmentPolicy } from '@towpath/domain/environment/policy.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import type { ContainerSpec } from '@towpath/domain/deployment/container.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import type { GateFacts } from '@towpath/domain/gate/gate-facts.ts'
import { environmentOf } from '@towpath/domain/fleet/seat.ts'
import type { ResolvedConfig } from '@towpath/domain/config/resolved-config.ts'
import { fillSecrets } from '@towpath/domain/config/secret-placeholder.ts'
import type { Installation } from '../installation.ts'
import type { Performing } from '../runner/performing.ts'
import { crossedSince } from './crossed-schemas.ts'
import { composeNameIn, databasePlace } from './database-place.ts'
import { diskRoom } from './disk-room.ts'
import { edgeDifferences, foreignNames } from './edge-facts.ts'
import { imageFacts, isReleaseReady } from './image-facts.ts'
import { observed } from './observed.ts'
import { releaseEvidence } from './release-evidence.ts'
import { settingFacts } from './setting-facts.ts'
import { withVex } from './vex-evidence.ts'

const databaseDeadlineMs = 5_000

/** Looks at everything the gates of a deployment ask about, just now. What cannot be seen is recorded as unknown. */
export async function observeGateFacts(performing: Performing): Promise<GateFacts> {
  const { installation, deployment, config } = performing
  const now = installation.now()
  // Policy, approvals and history are the whole environment's, whichever of its hosts is looked at.
  const name = environmentOf(deployment.environment)
  const environment = (await stateOf(installation.store, environmentView, name)) ?? emptyEnvironment(name)
  const { policy } = effectivePolicy(environment.policy, config.policy)
  const [host, disk, images, database, edge, foreign, previous, needed, schema, evidence] = await Promise.all(
    [
      observeHost(performing),
      observeDisk(performing),
      imageFacts(performing, deployment),
      deployment.kind === 'rollback' ? null : observeDatabase(performing, startedFirst(performing)),
      edgeDifferences(performing),
      foreignNames(performing),
      observePrevious(performing),
      observeNeeded(performing, policy),
      crossedSince(installation, deployment, environment),
      observeEvidence(performing, policy),
    ],
  )
  return {
    now,
    environment: name,
    deployment: {
      id: deployment.id,
      kind: deployment.kind,
      release: deployment.release,
      requestedBy: deployment.requestedBy,
      first: deployment.start?.previous === null,
    },
    release: {
      version: deployment.release,
      author: deployment.author,
      schema: deployment.plan.schema,
      migrates: deployment.plan.jobs.length > 0,
    },
    policy,
    approvals: approvalsOf(environment, deployment.release),
    previous,
    needed,
    frozen: frozenNow(policy, now),
    host,
    disk,
    images,
    settings: settingFacts(performing),
    ...evidence,
    database,
    edge,
    foreign,
    schema,
    backup: {
      configured: deployment.plan.backup !== null,
      madeAt: deployment.done['make-backup']?.at ?? null,
    },
  }
}

/** The way back is never held up by evidence, so none is read for it. */
const observeEvidence = async (
  { installation, deployment: { kind, release, environment } }: Performing,
  policy: EnvironmentPolicy,
): Promise<Pick<GateFacts, 'evidence'>> =>
  kind === 'rollback'
    ? {}
    : {
        evidence: await withVex(
          installation,
          environment,
          await releaseEvidence(installation, release, evidenceOf(policy)),
        ),
      }

export const approvalsOf = (environment: EnvironmentState, release: string): string[] =>
  environment.approvals[release] ?? []

export function frozenNow(policy: EnvironmentPolicy, now: string): GateFacts['frozen'] {
  for (const window of policy.freeze) {
    const frozen = frozenAt(window, new Date(now))
    if (frozen !== null) return { until: frozen.until.toISOString(), window: window.text }
  }
  return null
}

/** Where a host and its database are looked at from, and as whom. */
export type HostSources = Pick<Performing, 'installation' | 'config' | 'secrets'> & {
  engine: Pick<Performing['engine'], 'describe' | 'diskFreeBytes' | 'find'>
}

/** The same for the database alone. */
interface DatabaseSources extends Pick<HostSources, 'secrets'> {
  installation: Pick<Installation, 'now' | 'databaseOf'>
  config: Pick<ResolvedConfig, 'project' | 'environment' | 'map' | 'database' | 'host'>
  engine: Pick<HostSources['engine'], 'find'>
}

export const observeHost = ({ installation, engine }: HostSources): Promise<GateFacts['host']> =>
  observed(installation, async () => {
    const described = await engine.describe()
    return { engine: described.name, version: described.version }
  })

export const observeDisk = ({ installation, engine, config }: HostSources): Promise<GateFacts['disk']> =>
  observed(installation, () => diskRoom(engine, config))

/** What the compose file has beside the services and the first deployment starts: before it, nobody answers there. */
function startedFirst({ deployment }: Performing): ContainerSpec[] {
  return (deployment.start?.previous ?? null) === null ? deployment.plan.accessoriesBefore : []
}

/** Asks the database; one among `starting` that does not run yet is said to be started, and not asked. */
export async function observeDatabase(
  sources: DatabaseSources,
  starting: readonly Pick<ContainerSpec, 'name' | 'networks'>[] = [],
): Promise<GateFacts['database']> {
  const { installation, config, secrets, engine } = sources
  const url = config.database?.url
  if (url === undefined) return null
  return await observed(installation, async () => {
    const { text, missing } = fillSecrets(url, secrets)
    if (missing.length > 0) return { reachable: false, why: `the secret ${missing.join(', ')} is missing` }
    const at = await databasePlace(engine, config, text)
    const name = composeNameIn(text)
    if (at === null && name !== null && starting.some((spec) => answersTo(spec, name)))
      return { reachable: false, why: `${name} does not run yet`, starts: name }
    const probe = installation.databaseOf(config.host.docker)
    const reached = await probe.reach(text, databaseDeadlineMs, at)
    return reached.reachable ? { reachable: true, why: reached.version } : reached
  })
}

const answersTo = ({ name, networks }: Pick<ContainerSpec, 'name' | 'networks'>, wanted: string): boolean =>
  name === wanted || networks.some(({ aliases }) => aliases.includes(wanted))

async function observePrevious(performing: Performing): Promise<GateFacts['previous']> {
  const { installation, deployment } = performing
  const previous = deployment.start?.previous ?? null
  if (previous === null) return null
  const then = await stateOf(installation.store, deploymentView, previous.deployment)
  return {
    release: previous.release,
    ready: await observed(installation, async () => {
      if (then === undefined)
        return { ready: false, why: `the ledger has no deployment ${previous.deployment}` }
      return await isReleaseReady(performing, then.plan)
    }),
  }
}

/** How the release came out where the policy wants to have seen it first. Only what is live there still counts. */
function observeNeeded(
  { installation, deployment }: Performing,
  policy: EnvironmentPolicy,
): Promise<GateFacts['needed']> {
  return Promise.all(
    policy.needs.map(async ({ environment }) => {
      const other = await stateOf(installation.store, environmentView, environment)
      // Only the time since it last went live: what came between is not its own.
      const verified = other?.history.find((entry) => entry.outcome === 'live')
      const counts = verified !== undefined && verified.release === deployment.release
      return { environment, verified: counts ? { at: verified.at, bakedMs: verified.bakedMs } : null }
    }),
  )
}
