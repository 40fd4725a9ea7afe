import { connectionNeed } from '@towpath/domain/adoption/online/connection-need.ts'
import type {
  OnlineFacts,
  SeenHost,
  SeenImage,
  SeenService,
} from '@towpath/domain/adoption/online/online-facts.ts'
import { composeLabels } from '@towpath/domain/adoption/running/found-container.ts'
import { fillSecrets } from '@towpath/domain/config/secret-placeholder.ts'
import { serviceOf } from '@towpath/domain/edge/replica.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { takeAwayCommand } from '@towpath/domain/fleet/left-hosts.ts'
import { deploymentView } from '@towpath/domain/ledger/views.ts'
import type { ComposeModel } from '@towpath/domain/project/compose-model.ts'
import { leftBy } from '../fleet/hosts-left.ts'
import type { Installation } from '../installation.ts'
import { probePlace } from '../perform/probe-place.ts'
import type { ContainerEngine } from '../ports/container-engine.ts'
import { credentialsOf } from '../project/registry-credentials.ts'
import type { EnvironmentModel } from '../project/environment-model.ts'
import { performingFor } from '../runner/performing-for.ts'
import { stateOf } from '../state-of.ts'
import { lookForOperators } from './host-operators.ts'
import { lookAtNames } from './served-names.ts'
import type { NamedByProxy } from './served-names.ts'
import { composeNameIn, databasePlace } from './database-place.ts'
import { diskRoom } from './disk-room.ts'
import { observedWithin } from './observed.ts'
import { withoutValue } from './setting-facts.ts'

/** Every look is given up after this, also where what it asks would try for longer. */
const lookWithinMs = 20_000
const databaseDeadlineMs = 5_000

/** Where is looked, and for what. */
export interface OnlineScope extends Pick<EnvironmentModel, 'config' | 'secrets'> {
  installation: Installation
  /** With placeholders for secrets that nobody sealed. */
  model: ComposeModel
  environment: EnvironmentState
  names: readonly NamedByProxy[]
  signal: AbortSignal
}

/** The calls of an engine that change nothing: all that these looks may use. */
type ReadOnlyEngine = Pick<
  ContainerEngine,
  'describe' | 'diskFreeBytes' | 'find' | 'hasImage' | 'platformsOf'
>

/** Looks at all that a deployment to an environment would stand on, at once. Changes nothing, on hosts or in the ledger. */
export async function onlineFacts(scope: OnlineScope): Promise<OnlineFacts> {
  const { installation, config, secrets, environment } = scope
  const engine: ReadOnlyEngine = installation.engineOf(config.host.docker, secrets)
  const [host, disk, images, database, live, names, others, left] = await Promise.all([
    observedWithin(installation, lookWithinMs, () => lookAtHost(installation, engine)),
    observedWithin(installation, lookWithinMs, () => diskRoom(engine, config)),
    lookAtImages(scope, engine),
    lookAtDatabase(scope, engine),
    lookAtLive(scope),
    lookAtNames(scope, lookWithinMs),
    observedWithin(installation, lookWithinMs, async () =>
      lookForOperators(installation, config, await engine.find([composeLabels.project])),
    ),
    leftBy(installation, environment, config),
  ])
  const takeAway = takeAwayCommand({ installation: installation.id, environment: config.environment })
  return {
    environment: environment.environment,
    host: { address: config.host.docker, seen: host },
    disk,
    left: left.map(({ docker }) => ({ docker, takeAway })),
    images,
    missingSecrets: missingSecrets(scope),
    database,
    live,
    names,
    others,
  }
}

async function lookAtHost({ now, elapsedMs }: Installation, engine: ReadOnlyEngine): Promise<SeenHost> {
  const beganMs = elapsedMs()
  const { name, version, architecture, clock } = await engine.describe()
  const tookMs = elapsedMs() - beganMs
  const hostMs = clock === null ? Number.NaN : Date.parse(clock)
  const aheadMs = hostMs - (Date.parse(now()) - tookMs / 2)
  return { engine: name, version, architecture, tookMs, aheadMs: Number.isNaN(aheadMs) ? null : aheadMs }
}

function lookAtImages(scope: OnlineScope, engine: ReadOnlyEngine): Promise<SeenImage[]> {
  const { installation } = scope
  return Promise.all(
    imagesOf(scope).map(async (image) => {
      if (image.shipped) return await lookAtShipped(scope, engine, image)
      const look = () => lookAtAccessory(scope, engine, image.image)
      return { ...image, seen: await observedWithin(installation, lookWithinMs, look), fromHost: null }
    }),
  )
}

/** Which build comes is not known yet, so the newest that is there stands for it. */
async function lookAtShipped(
  { installation, config, secrets }: OnlineScope,
  engine: ReadOnlyEngine,
  named: NamedImage,
): Promise<SeenImage> {
  const credentials = credentialsOf(config, secrets, named.image)
  const newest = await observedWithin(installation, lookWithinMs, () =>
    installation.registry.tagsOf(named.image, { credentials, limit: 1 }),
  )
  if ('unknown' in newest) return { ...named, seen: newest, fromHost: null }
  const { at, value: tags } = newest
  const [tag] = tags
  if (tag === undefined) return { ...named, seen: { at, value: 'absent' }, fromHost: null }
  const image = `${named.image}:${tag}`
  const seen = await observedWithin(installation, lookWithinMs, async () => ({
    platforms: await engine.platformsOf(image, credentials),
  }))
  return { ...named, seen: { at, value: 'in-registry' }, fromHost: { image, seen } }
}

async function lookAtAccessory(
  { installation: { registry }, config, secrets }: OnlineScope,
  engine: ReadOnlyEngine,
  image: string,
): Promise<'in-registry' | 'on-host' | 'absent'> {
  const [onHost, found] = await Promise.allSettled([
    engine.hasImage(image),
    registry.digestOf(image, credentialsOf(config, secrets, image)),
  ])
  if (onHost.status === 'fulfilled' && onHost.value) return 'on-host'
  if (found.status === 'fulfilled' && found.value !== null) return 'in-registry'
  // Absent is only what both places say.
  if (onHost.status === 'rejected') throw onHost.reason
  if (found.status === 'rejected') throw found.reason
  return 'absent'
}

type NamedImage = Pick<SeenImage, 'services' | 'shipped' | 'image'>

/** Each image once: repositories of what is shipped, what the accessories of the compose file name, and the edge's. */
function imagesOf({ installation, config, model }: OnlineScope): NamedImage[] {
  const own = config.jobs.flatMap(({ name, image }) =>
    'repository' in image ? [{ name, image: image.repository }] : [],
  )
  const shipped = [...config.services.map(({ name, image }) => ({ name, image })), ...own]
  const taken = new Set([...config.services, ...config.jobs].map(({ compose }) => compose))
  const accessories = Object.values(model.services).flatMap(({ name, image }) =>
    taken.has(name) || image === null ? [] : [{ name, image }],
  )
  const eachOnce = (named: { name: string; image: string }[], isShipped: boolean): NamedImage[] =>
    [...Map.groupBy(named, ({ image }) => image)].map(([image, users]) => ({
      ...{ image, shipped: isShipped },
      services: users.map(({ name }) => name),
    }))
  const edge = { services: [], shipped: false, image: installation.edgeImage }
  return [...eachOnce(shipped, true), ...eachOnce(accessories, false), edge]
}

/** As a deployment's gate has it, but for a working copy that has no plan yet. */
function missingSecrets({ config, model, secrets }: OnlineScope): string[] {
  const used = [...config.services, ...config.jobs].map(({ compose }) => model.services[compose])
  const { networks, volumes } = model
  const { database, registries } = config
  return withoutValue(JSON.stringify({ used, networks, volumes, database, registries }), secrets)
}

async function lookAtDatabase(scope: OnlineScope, engine: ReadOnlyEngine): Promise<OnlineFacts['database']> {
  const { installation, config, secrets, model, environment } = scope
  if (config.database === null) return null
  const { url } = config.database
  const seen = await observedWithin(installation, lookWithinMs, async () => {
    const { text, missing } = fillSecrets(url, secrets)
    if (missing.length > 0)
      return { reachable: false as const, why: `the secret ${missing.join(', ')} is missing` }
    const at = await databasePlace(engine, config, text)
    const name = composeNameIn(text)
    if (at === null && environment.live === null && name !== null && Object.hasOwn(model.services, name))
      throw new Error(`${name} does not run yet, and the first deployment starts it`)
    return await installation.databaseOf(config.host.docker).room(text, databaseDeadlineMs, at)
  })
  return { seen, need: connectionNeed(config, model) }
}

/** Asks what is live by the health question that the working copy has for it, or else by its own. */
async function lookAtLive(scope: OnlineScope): Promise<OnlineFacts['live']> {
  const { installation, config, environment, signal } = scope
  const { live } = environment
  if (live === null) return null
  const performing = async () => {
    const deployment = await stateOf(installation.store, deploymentView, live.deployment)
    if (deployment === undefined) throw new Error(`the ledger has no deployment ${live.deployment}`)
    return await performingFor(installation, deployment, signal)
  }
  const services = await Promise.all(
    Object.entries(live.services).map(async ([key, place]): Promise<SeenService> => {
      const service = serviceOf(key)
      const health = config.services.find(({ name }) => name === service)?.health ?? place.health
      const seen = await observedWithin(installation, lookWithinMs, async () =>
        probePlace(await performing(), { service: key, slot: place.slot, health }),
      )
      return { service, path: health.path, seen }
    }),
  )
  return { release: live.release, services }
}
