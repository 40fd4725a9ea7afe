import { effectivePolicy } from '@towpath/domain/environment/policy.ts'
import type { EnvironmentPolicy } from '@towpath/domain/environment/policy.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import type { GateFacts } from '@towpath/domain/gate/gate-facts.ts'
import { environmentView, releaseView } from '@towpath/domain/ledger/views.ts'
import type { Release } from '@towpath/domain/release/release.ts'
import { hasSameImages } from '@towpath/domain/watch/picture.ts'
import type { ChangeKind, Picture, RunningService } from '@towpath/domain/watch/picture.ts'
import { approvalsOf, frozenNow, observeDatabase, observeDisk, observeHost } from '../observe/gate-facts.ts'
import { areImagesReady, isInRegistry } from '../observe/image-facts.ts'
import { observed } from '../observe/observed.ts'
import { stateOf } from '../state-of.ts'
import type { WatchedHost } from './watched-host.ts'

/** Newest releases that what runs is compared with. */
const releasesMax = 200

/** The release of the ledger whose builds are exactly these images; null where there is none. */
export async function releaseOfPicture(
  { installation }: Pick<WatchedHost, 'installation'>,
  picture: Picture,
): Promise<Release | null> {
  const { items } = await installation.store.listViews(releaseView, { limit: releasesMax })
  const running = Object.entries(picture)
  const found = items.find(
    ({ state }) =>
      running.length > 0 && running.every(([service, { image }]) => hasBuild(state, service, image)),
  )
  return found?.state ?? null
}

const hasBuild = ({ builds }: Release, service: string, image: string): boolean =>
  builds.some((build) => build.service === service && image.endsWith(`@${build.digest}`))

export interface ObservedChange {
  id: string
  kind: ChangeKind
  from: Picture
  to: Picture
  services: string[]
  /** Jobs that change the schema and ran with this change. */
  migrated: boolean
}

/** What the gates would have been asked about, had the change been asked for; looked at just now. */
export async function watchedGateFacts(
  host: WatchedHost,
  environment: EnvironmentState,
  change: ObservedChange,
): Promise<{ facts: GateFacts; release: Release | null }> {
  const { installation, config } = host
  const { from, to } = change
  const now = installation.now()
  const { policy } = effectivePolicy(environment.policy, config.policy)
  const [release, before] = await Promise.all([releaseOfPicture(host, to), releaseOfPicture(host, from)])
  const version = release?.version ?? nameOf(to)
  const [seen, disk, images, database, ready, needed] = await Promise.all([
    observeHost(host),
    observeDisk(host),
    imagesOf(host, change),
    observeDatabase(host),
    readyAgain(host, { release: before?.version ?? nameOf(from), picture: from }),
    neededFor(host, { policy, version, to }),
  ])
  const facts: GateFacts = {
    now,
    environment: environment.environment,
    deployment: {
      id: change.id,
      kind: change.kind === 'rollback' ? 'rollback' : 'deploy',
      release: version,
      requestedBy: 'the team',
      first: Object.keys(from).length === 0,
    },
    release: {
      version,
      author: release?.author ?? 'its author',
      schema: release?.schema ?? 'unknown',
      migrates: change.migrated,
    },
    policy,
    approvals: approvalsOf(environment, version),
    previous: ready,
    needed,
    frozen: frozenNow(policy, now),
    host: seen,
    disk,
    images,
    database,
    edge: null,
    foreign: { at: now, unknown: 'no edge of ours stands here' },
    schema: null,
    backup: { configured: config.database?.backup != null, madeAt: null },
    origins: change.services.flatMap((service) => originOf(service, { from, to, release })),
  }
  return { facts, release }
}

/** What people call it where no release of the ledger has a name for it. */
const nameOf = (picture: Picture): string => {
  const [first] = Object.values(picture)
  if (first === undefined) return 'nothing'
  return first.version ?? first.commit?.slice(0, 12) ?? first.named
}

const imagesOf = (host: WatchedHost, { to, services }: ObservedChange): Promise<GateFacts['images']> =>
  Promise.all(
    services.flatMap((service) => {
      const running = to[service]
      return running === undefined ? [] : [imageOf(host, service, running)]
    }),
  )

async function imageOf(
  host: WatchedHost,
  service: string,
  { image }: RunningService,
): Promise<GateFacts['images'][number]> {
  const { installation } = host
  return {
    service,
    image,
    // An image without a repository was built on the host: no registry has it.
    registry: await observed(
      installation,
      async () => image.includes('@') && (await isInRegistry(host, image)),
    ),
    host: { at: installation.now(), value: true },
  }
}

async function readyAgain(
  host: WatchedHost,
  { release, picture }: { release: string; picture: Picture },
): Promise<GateFacts['previous']> {
  const images = Object.entries(picture).map(([service, { image }]) => ({ service, image }))
  if (images.length === 0) return null
  return { release, ready: await observed(host.installation, () => imagesReady(host, { release, images })) }
}

/** An image that is on no registry can be had again only for as long as the host keeps it. */
async function imagesReady(
  host: WatchedHost,
  { release, images }: { release: string; images: { service: string; image: string }[] },
): Promise<{ ready: boolean; why: string }> {
  const pinned = images.filter(({ image }) => image.includes('@'))
  for (const { service, image } of images.filter((one) => !pinned.includes(one)))
    if ((await host.engine.describeImage(image)) === null)
      return {
        ready: false,
        why: `${service}'s image ${image} is gone from the host, and no registry has it`,
      }
  return await areImagesReady(host, { release, images: pinned })
}

/** As for a deployment of Towpath's own, or where the other environment is watched too: what passed and still runs there. */
function neededFor(
  { installation }: WatchedHost,
  { policy, version, to }: { policy: EnvironmentPolicy; version: string; to: Picture },
): Promise<GateFacts['needed']> {
  return Promise.all(
    policy.needs.map(async ({ environment }) => {
      const other = await stateOf(installation.store, environmentView, environment)
      const live = other?.history.find(({ outcome }) => outcome === 'live')
      if (live?.release === version) return { environment, verified: { at: live.at, bakedMs: live.bakedMs } }
      const ran = other?.watch?.ranWell[0]
      const runsThere = other?.watch != null && hasSameImages(other.watch.picture, to)
      const isJudged = ran !== undefined && ran.watchedMs > 0 && hasSameImages(ran.picture, to)
      return { environment, verified: runsThere && isJudged ? { at: ran.at, bakedMs: ran.watchedMs } : null }
    }),
  )
}

function originOf(
  service: string,
  { from, to, release }: { from: Picture; to: Picture; release: Release | null },
): NonNullable<GateFacts['origins']> {
  const running = to[service]
  if (running === undefined) return []
  const before = from[service]
  const isTag = !running.named.includes('@')
  const moved =
    before !== undefined && isTag && before.named === running.named && before.image !== running.image
  return [
    {
      service,
      named: running.named,
      commit: running.commit,
      isOfRelease: release !== null && hasBuild(release, service, running.image),
      movedFrom: moved ? before.image : null,
    },
  ]
}
