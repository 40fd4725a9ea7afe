import { environmentNames } from '@towpath/domain/config/resolve-config.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { installationId, installationView, releaseView } from '@towpath/domain/ledger/views.ts'
import type { Release, SchemaImpact } from '@towpath/domain/release/release.ts'
import type { Store } from '@towpath/store/store.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { requirePermission } from '../principal/caller.ts'
import { configOf, readEnvironment } from '../project/environment-model.ts'
import { stateOf } from '../state-of.ts'
import { resolveBuilds } from './resolve-builds.ts'
import { storeSnapshot } from './snapshot.ts'
import type { ProjectFiles } from './snapshot.ts'

export interface CreateReleaseInput {
  version: string
  /** Service -> image reference by tag or digest; a tag is resolved once, here. */
  builds: Record<string, string>
  schema: SchemaImpact
  commit: string | null
  files: ProjectFiles
}

/** Records an immutable release. Saying the same again is fine; the same version with other content is refused. */
export async function createRelease(
  installation: Installation,
  caller: Caller,
  input: CreateReleaseInput,
): Promise<Release> {
  requirePermission(caller, 'create-release', null)
  const config = configOf(input.files)
  const environments = await Promise.all(
    environmentNames(config).map((environment) => readEnvironment(installation, input.files, environment)),
  )
  const builds = await resolveBuilds(installation, environments, input)
  const release: Release = {
    version: input.version,
    builds,
    schema: input.schema,
    snapshot: await storeSnapshot(installation, input.files),
    author: caller.principal.name,
    createdAt: installation.now(),
  }
  return await recordRelease(installation, caller, { release, project: config.file.project })
}

/** Puts a release into the ledger. One of that version with the same content is that one. */
export async function recordRelease(
  { store }: Installation,
  caller: Caller,
  facts: { release: Release; project: string },
): Promise<Release> {
  const { release, project } = facts
  return await store.transact(async (tx) => {
    await requireOwnProject(tx, project)
    const known = await stateOf(tx, releaseView, release.version)
    if (known !== undefined) {
      if (contentOf(known) === contentOf(release)) return known
      throw versionTaken(known)
    }
    await tx.append({
      type: 'release.created',
      actor: caller.principal.name,
      idem: `release/${release.version}`,
      release: release.version,
      ...(caller.request === undefined ? {} : { request: caller.request }),
      data: { release, project },
    })
    return release
  })
}

/** Throws PROJECT_MISMATCH where the installation keeps another project already. */
export async function requireOwnProject(from: Pick<Store, 'view'>, project: string): Promise<void> {
  const bound = (await stateOf(from, installationView, installationId))?.project ?? null
  if (bound !== null && bound !== project) throw otherProject(bound, project)
}

const contentOf = ({ builds, schema, snapshot }: Release): string =>
  JSON.stringify([
    builds.map(({ service, repository, digest }) => [service, repository, digest]),
    schema,
    snapshot,
  ])

const otherProject = (bound: string, asked: string): TowpathError =>
  new TowpathError({
    code: 'PROJECT_MISMATCH',
    kind: 'usage',
    message: `This server keeps the project ${bound}, and the files are of ${asked}.`,
    hint: 'Start another server with its own --state folder for another project. Nothing was changed.',
  })

const versionTaken = (known: Release): TowpathError =>
  new TowpathError({
    code: 'RELEASE_EXISTS',
    kind: 'conflict',
    message: `Release ${known.version} exists since ${known.createdAt} with other builds, files or schema.`,
    hint: 'A release never changes: give this one a new version (of what runs: towpath adopt ENVIRONMENT --release VERSION). Nothing was changed.',
    detail: { version: known.version },
  })
