import type { Build } from '@towpath/domain/release/build.ts'
import type { Release } from '@towpath/domain/release/release.ts'
import { pinInputs, planOrThrow } from '../deployment/deploy-release.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { credentialsOf } from '../project/registry-credentials.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import { releaseView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import type { PreparedAdoption } from './prepare-adoption.ts'

/** Releases that ran before Towpath came and that the registry still has. */
export interface ImportAsked {
  /** Oldest first; null takes the newest that every service has a build of. */
  versions: string[] | null
  /** Those whose schema the release before runs on. Of all others nobody knows, which is no yes. */
  schemaSafe: string[]
}

export interface ImportedRelease {
  version: string
  schema: 'expand' | 'unknown'
  builds: Build[]
}

/** Of the newest tags only so many are looked at, and of these the newest few are taken. */
const tagsLookedAt = 20
const importedByDefault = 5

/** What an import would register, oldest first; what the registry does not have of every service is left out. */
export async function findImports(
  installation: Installation,
  { read, release }: PreparedAdoption,
  asked: ImportAsked,
): Promise<ImportedRelease[]> {
  const versions = asked.versions ?? (await newestVersions(installation, read))
  const found: ImportedRelease[] = []
  for (const version of versions) {
    if (version === release.version) continue
    const builds = await buildsOf(installation, read, version)
    const isRunning = builds?.every(({ service, digest }) =>
      release.builds.some((running) => running.service === service && running.digest === digest),
    )
    if (builds === null || isRunning === true) continue
    found.push({ version, builds, schema: asked.schemaSafe.includes(version) ? 'expand' : 'unknown' })
  }
  return asked.versions === null ? found.slice(-importedByDefault) : found
}

/** Oldest first. */
async function newestVersions(
  { registry }: Installation,
  { config, secrets }: PreparedAdoption['read'],
): Promise<string[]> {
  const [first] = config.services
  if (first === undefined) return []
  const credentials = credentialsOf(config, secrets, first.image)
  const tags = await registry.tagsOf(first.image, { credentials, limit: tagsLookedAt })
  return tags.filter((tag) => /\d/.test(tag)).toReversed()
}

async function buildsOf(
  { registry }: Installation,
  { config, secrets }: PreparedAdoption['read'],
  version: string,
): Promise<Build[] | null> {
  const builds: Build[] = []
  for (const { name: service, image: repository } of config.services) {
    const credentials = credentialsOf(config, secrets, repository)
    const digest = await registry.digestOf(`${repository}:${version}`, credentials)
    if (digest === null) return null
    builds.push({ service, repository, digest, tag: version, commit: null })
  }
  return builds
}

/**
 * Registers releases as if each had been live before what runs now, so that one can be gone back to. Their files are
 * today's: those of then are not known. Once per release; nothing on the host is touched.
 */
export async function importReleases(
  installation: Installation,
  caller: Caller,
  { prepared, asked }: { prepared: PreparedAdoption; asked: ImportAsked },
): Promise<void> {
  for (const found of await findImports(installation, prepared, asked))
    await importOne(installation, caller, { prepared, found })
}

async function importOne(
  installation: Installation,
  caller: Caller,
  { prepared, found }: { prepared: PreparedAdoption; found: ImportedRelease },
): Promise<void> {
  const { read, policy } = prepared
  const environment = read.config.environment
  const release: Release = { ...prepared.release, ...found }
  const plan = planOrThrow({
    installation: installation.id,
    ...{ release, policy, config: read.config, model: read.model },
    ...{ firstDeployment: false, replaceEdge: false, sealedDigest: read.sealedDigest },
    sha256: installation.sha256,
  })
  const pins = await pinInputs(installation, {
    release,
    model: read.model,
    config: read.config,
    environment: emptyEnvironment(environment),
  })
  const id = installation.newId('dep')
  const labels = { environment, release: release.version, deployment: id }
  const by = {
    actor: caller.principal.name,
    ...(caller.request === undefined ? {} : { request: caller.request }),
  }
  await installation.store.transact(async (tx) => {
    if ((await stateOf(tx, releaseView, release.version)) !== undefined) return
    await tx.append({
      ...by,
      type: 'release.created',
      idem: `release/${release.version}`,
      release: release.version,
      data: { release, project: read.config.project },
    })
    await tx.append({
      ...by,
      ...labels,
      type: 'deployment.requested',
      idem: `import/${environment}/${release.version}/requested`,
      data: {
        ...{ id, kind: 'import', release: release.version, author: release.author, plan, pins },
        ...{ reason: 'imported: it ran before Towpath came', schemaAccepted: null },
      },
    })
    await tx.append({
      ...by,
      ...labels,
      type: 'deployment.finished',
      idem: `import/${environment}/${release.version}/finished`,
      data: {
        ...{ kind: 'import', outcome: 'live', reason: 'it ran before Towpath came' },
        ...{ bakedMs: 0, placement: null, warmUntil: null },
      },
    })
  })
}
