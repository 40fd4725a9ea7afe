import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { environmentView } from '@towpath/domain/ledger/views.ts'
import type { WatchState } from '@towpath/domain/watch/watch-state.ts'
import { requireAllowedHost } from '../deployment/deploy-release.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { requirePermission } from '../principal/caller.ts'
import { readSettingsOf } from '../project/environment-model.ts'
import { requireOwnProject } from '../release/create-release.ts'
import { storeSnapshot } from '../release/snapshot.ts'
import type { ProjectFiles } from '../release/snapshot.ts'
import { stateOf } from '../state-of.ts'
import { seeServices } from './see-services.ts'
import { watchedHost } from './watched-host.ts'

/**
 * Begins to watch an environment by these files, or goes on by newer ones. Looks at the host once; what runs there now
 * is where the first change is counted from. Nothing there is touched, now or later.
 */
export async function startWatch(
  installation: Installation,
  caller: Caller,
  { environment, files }: { environment: string; files: ProjectFiles },
): Promise<WatchState> {
  requirePermission(caller, 'watch', environment)
  const { config, secrets } = await readSettingsOf(installation, files, environment)
  if (config.mode !== 'watch') throw notToBeWatched(environment)
  const state =
    (await stateOf(installation.store, environmentView, environment)) ?? emptyEnvironment(environment)
  requireAllowedHost(state, config)
  const { picture } = await seeServices(watchedHost(installation, { config, secrets }))
  const snapshot = await storeSnapshot(installation, files)
  const pinned = await installation.store.putBlob(Buffer.from(JSON.stringify(config)))
  const watch = await installation.store.transact(async (tx) => {
    await requireOwnProject(tx, config.project)
    const now = await stateOf(tx, environmentView, environment)
    if (now !== undefined && (now.live !== null || now.active !== null || now.queued.length > 0))
      throw deploysItself(environment)
    await tx.append({
      type: 'watch.started',
      actor: caller.principal.name,
      idem: installation.newId('watch'),
      environment,
      ...(caller.request === undefined ? {} : { request: caller.request }),
      data: { snapshot, config: pinned, picture },
    })
    return (await stateOf(tx, environmentView, environment))?.watch ?? null
  })
  installation.wake.ring()
  if (watch === null) throw new Error(`${environment} is not watched after its watch began`)
  return watch
}

/** Ends the watch; what it recorded stays. Fine where nobody watches. */
export async function stopWatch(
  installation: Installation,
  caller: Caller,
  { environment, reason }: { environment: string; reason: string },
): Promise<{ stopped: boolean }> {
  requirePermission(caller, 'watch', environment)
  const stopped = await installation.store.transact(async (tx) => {
    const state = await stateOf(tx, environmentView, environment)
    if (state?.watch == null) return false
    await tx.append({
      type: 'watch.stopped',
      actor: caller.principal.name,
      idem: installation.newId('watch'),
      environment,
      ...(caller.request === undefined ? {} : { request: caller.request }),
      data: { reason },
    })
    return true
  })
  installation.wake.ring()
  return { stopped }
}

const notToBeWatched = (environment: string): TowpathError =>
  new TowpathError({
    code: 'WATCH_NOT_ASKED',
    kind: 'usage',
    message: `towpath.yaml does not say mode: watch for ${environment}, so Towpath would deploy there.`,
    hint: `Nothing was changed. Write mode: watch under environments.${environment} and run: towpath watch start -e ${environment}`,
  })

const deploysItself = (environment: string): TowpathError =>
  new TowpathError({
    code: 'ENVIRONMENT_NOT_WATCHABLE',
    kind: 'conflict',
    message: `Towpath itself deploys to ${environment}: it has a release that is live, moves or waits there.`,
    hint: `Nothing was changed. Watching is for an environment whose deployments are the team's own; see: towpath status -e ${environment}`,
  })
