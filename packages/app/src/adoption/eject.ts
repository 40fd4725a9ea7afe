import { composeLabels, composeServiceOf } from '@towpath/domain/adoption/running/found-container.ts'
import { composeProjectOf } from '@towpath/domain/config/resolved-config.ts'
import { candidatePlacement } from '@towpath/domain/deployment/seating.ts'
import { chooseRollbackTarget } from '@towpath/domain/deployment/rollback.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { DeploymentPlan } from '@towpath/domain/deployment/plan.ts'
import { isFirstReplica } from '@towpath/domain/edge/replica.ts'
import type { EnvironmentState, PlacedService } from '@towpath/domain/environment/environment-state.ts'
import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import { environmentNotFound } from '../environment/environment-not-found.ts'
import { nothingLive } from '../environment/repair.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { requirePermission } from '../principal/caller.ts'
import { openAtRest } from '../runner/at-rest.ts'
import type { AtRest } from '../runner/at-rest.ts'
import { stateOf } from '../state-of.ts'
import { inMotion, nothingBehind, stillUsed } from './adoption-errors.ts'
import { finishEjection } from './finish-ejection.ts'

const ejectDeadlineMs = 300_000

/** What giving an environment back to plain Compose comes to. */
export interface Ejection {
  environment: string
  release: string
  composeProject: string
  composeFiles: string[]
  folder: string
  edge: string
  services: EjectedService[]
  /** The release that a roll-back script would start; null where there is none. */
  before: { release: string; services: { compose: string; image: string }[] } | null
  /** One sentence each; empty where nothing was done yet. */
  done: string[]
}

export interface EjectedService {
  service: string
  compose: string
  port: number
  image: string
  /** It serves from a container of the team's own. */
  isAdopted: boolean
  /** Containers of the team's own Compose that will serve once the edge is gone. */
  behind: TeamContainer[]
}

export interface TeamContainer {
  name: string
  /** The beginning of its id: on its networks a name that is nobody else's, whatever names it shares with the edge. */
  alias: string
}

/**
 * Gives an environment back: the edge, Towpath's own containers and its network go, adopted containers stay as they were
 * found. Refused while nobody else could serve. An ejection that was cut short is finished by asking again.
 */
export async function ejectEnvironment(
  installation: Installation,
  caller: Caller,
  { environment, dryRun, now }: { environment: string; dryRun: boolean; now: boolean },
): Promise<Ejection> {
  requirePermission(caller, 'eject', environment)
  const state = await stateOf(installation.store, environmentView, environment)
  if (state === undefined) throw environmentNotFound(environment)
  if (state.active !== null || state.queued.length > 0) throw inMotion(environment)
  const signal = AbortSignal.timeout(ejectDeadlineMs)
  const rest = await openAtRest(installation, environment, signal)
  if (rest === null && state.ejecting === null) throw nothingLive(environment)
  if (rest === null) return await finishOnly(installation, environment, { state, dryRun, signal })
  const ejection = await lookBehind(rest)
  if (dryRun) return ejection
  const bare = ejection.services.filter(({ behind }) => behind.length === 0)
  if (bare.length > 0) throw nothingBehind(environment, bare)
  if (!now) await refuseUsed(rest)
  await begin(rest, caller)
  return { ...ejection, done: await finishEjection(installation, environment, signal) }
}

/** A second of silence is no proof, and requests in it are one: somebody would be refused. */
const silentForMs = 3_000

async function refuseUsed({ edge, edgeSpec, environment, installation, signal }: AtRest): Promise<void> {
  const requests = async (): Promise<number> =>
    (await edge.traffic(edgeSpec)).reduce((sum, { requests: sent }) => sum + sent, 0)
  const before = await requests()
  await installation.wake.wait(silentForMs, signal)
  const asked = (await requests()) - before
  const open = (await edge.status(edgeSpec)).reduce((sum, { sessions }) => sum + sessions, 0)
  if (asked > 0 || open > 0) throw stillUsed(environment.environment, { edge: edgeSpec.name, asked, open })
}

async function lookBehind(rest: AtRest): Promise<Ejection> {
  const { config, deployment, environment, edgeSpec, engine } = rest
  const composeProject = composeProjectOf(config)
  const found = await engine.find([`${composeLabels.project}=${composeProject}`])
  const live = environment.live?.services ?? {}
  return {
    environment: environment.environment,
    release: deployment.release,
    composeProject,
    composeFiles: config.composeFiles,
    folder: config.host.folder,
    edge: edgeSpec.name,
    services: config.services.flatMap((service): EjectedService[] => {
      const place = live[service.name]
      if (place === undefined) return []
      const behind = found.filter(
        (container) => composeServiceOf(container) === service.compose && container.status === 'running',
      )
      return [
        {
          ...{ service: service.name, compose: service.compose, port: service.port, image: place.image },
          isAdopted: place.adopted !== undefined,
          behind: behind.map(({ name, id }) => ({ name, alias: id.slice(0, 12) })),
        },
      ]
    }),
    before: await releaseBefore(rest),
    done: [],
  }
}

async function releaseBefore({ installation, environment, config }: AtRest): Promise<Ejection['before']> {
  const target = chooseRollbackTarget(environment, null)
  if (target === null) return null
  const then = await stateOf(installation.store, deploymentView, target.deployment)
  if (then === undefined) return null
  const composeOf = (service: string): string | undefined =>
    config.services.find(({ name }) => name === service)?.compose
  return { release: then.release, services: imagesOf(then.plan, composeOf) }
}

const imagesOf = (plan: DeploymentPlan, composeOf: (service: string) => string | undefined) =>
  plan.services.flatMap(({ service, container, adopted }) => {
    const compose = composeOf(service)
    if (compose === undefined || !isFirstReplica(service)) return []
    const asked = plan.adoption?.containers.find(({ key }) => key === service)
    const image = adopted === undefined ? container.image : (asked?.digest ?? asked?.image ?? container.image)
    return [{ compose, image }]
  })

/** From here on no standing work keeps anything of Towpath's up. Decided again under the ledger's lock. */
async function begin({ installation, deployment, environment }: AtRest, caller: Caller): Promise<void> {
  const name = environment.environment
  const places = await placesOf(installation, environment)
  const at = { deployment: deployment.id, step: 'begin-ejection' }
  await installation.watchStep('before', at)
  await installation.store.transact(async (tx) => {
    const now = await stateOf(tx, environmentView, name)
    if (now === undefined || now.active !== null || now.live?.deployment !== deployment.id)
      throw inMotion(name)
    await tx.append({
      type: 'ejection.began',
      actor: caller.principal.name,
      idem: `${deployment.id}/ejection`,
      environment: name,
      release: deployment.release,
      ...(caller.request === undefined ? {} : { request: caller.request }),
      data: { deployment: deployment.id, release: deployment.release, places },
    })
  })
  await installation.watchStep('recorded', at)
}

/** Who serves, who is warm, and who was adopted once: those may have been given another restart policy. */
async function placesOf(
  { store }: Installation,
  { live, warm, history }: EnvironmentState,
): Promise<PlacedService[]> {
  const adoptions = await Promise.all(
    history
      .filter(({ kind, outcome }) => kind === 'adopt' && outcome === 'live')
      .map(({ deployment }) => stateOf(store, deploymentView, deployment)),
  )
  const placements = [
    live,
    warm,
    ...adoptions.filter((then): then is Deployment => then !== undefined).map(candidatePlacement),
  ]
  const places = placements.flatMap((placement) => Object.values(placement?.services ?? {}))
  return [...new Map(places.map((place) => [place.adopted?.id ?? place.container, place])).values()]
}

async function finishOnly(
  installation: Installation,
  environment: string,
  { state, dryRun, signal }: { state: EnvironmentState; dryRun: boolean; signal: AbortSignal },
): Promise<Ejection> {
  const deployment = await stateOf(installation.store, deploymentView, state.ejecting?.deployment ?? '')
  const done = dryRun ? [] : await finishEjection(installation, environment, signal)
  return {
    ...{ environment, release: deployment?.release ?? '', composeProject: '', composeFiles: [], folder: '' },
    ...{ edge: deployment?.plan.edge.name ?? '', services: [], before: null, done },
  }
}
