import { composeLabels } from '@towpath/domain/adoption/running/found-container.ts'
import type { ContainerSpec } from '@towpath/domain/deployment/container.ts'
import type { DeploymentPlan } from '@towpath/domain/deployment/plan.ts'
import type { ContainerState } from '../ports/container-engine.ts'
import type { Performing } from '../runner/performing.ts'

interface Place extends Pick<Performing, 'engine'> {
  deployment: { plan: Pick<DeploymentPlan, 'accessoriesBefore' | 'accessoriesAfter' | 'composeProject'> }
}

/**
 * Accessories that the host never had are started; all others are left as they are, also those that the team's own Compose
 * made under another name. Returns the names of ours.
 */
export async function ensureAccessories(
  place: Place,
  accessories: readonly ContainerSpec[],
): Promise<string[]> {
  const names: string[] = []
  for (const accessory of accessories) {
    if ((await madeByCompose(place, accessory)).length > 0) continue
    await place.engine.ensureRanOnce(accessory)
    names.push(accessory.name)
  }
  return names
}

/** Container of the accessory with this key in the compose file, whoever made it; null where none is on the host. */
export async function accessoryContainer(place: Place, service: string): Promise<string | null> {
  const accessory = accessoriesIn(place).find((spec) => serviceOf(spec) === service)
  return accessory === undefined ? null : ((await stateOf(place, accessory))?.name ?? null)
}

/** Keys in the compose file of all accessories. */
export const accessoryServices = (place: Place): string[] => accessoriesIn(place).map(serviceOf)

/**
 * Those that do not stay up: Docker starts them again and again, or gave up. What ended well is done. Of those that were made
 * just now, `fresh`, one start too many is enough: between two falls they look as if they ran.
 */
export async function fallenAccessories(place: Place, { fresh }: { fresh: boolean }): Promise<string[]> {
  const states = await Promise.all(
    accessoriesIn(place).map(async (accessory) => ({ accessory, state: await stateOf(place, accessory) })),
  )
  return states
    .filter(
      ({ state }) =>
        state?.status === 'restarting' || hasFailed(state) || (fresh && (state?.restarts ?? 0) > 0),
    )
    .map(({ accessory }) => serviceOf(accessory))
}

/**
 * Starts those of ours that are gone or ended badly, because a person asked. Returns what was done, one sentence each; with
 * `dryRun` what would be.
 */
export async function reviveAccessories(place: Place, dryRun: boolean): Promise<string[]> {
  const done: string[] = []
  for (const accessory of accessoriesIn(place)) {
    if ((await madeByCompose(place, accessory)).length > 0) continue
    const state = await place.engine.inspect(accessory.name)
    if (state !== null && !hasFailed(state)) continue
    if (!dryRun) await place.engine.ensureRunning(accessory)
    done.push(`accessory ${serviceOf(accessory)} started: it ${state === null ? 'was gone' : 'had stopped'}`)
  }
  return done
}

const accessoriesIn = ({ deployment: { plan } }: Place): ContainerSpec[] => [
  ...plan.accessoriesBefore,
  ...plan.accessoriesAfter,
]

const serviceOf = ({ labels }: ContainerSpec): string => labels['towpath.service'] ?? ''

const hasFailed = (state: ContainerState | null): boolean =>
  state !== null && (state.status === 'exited' || state.status === 'dead') && state.exitCode !== 0

const stateOf = async (place: Place, accessory: ContainerSpec): Promise<ContainerState | null> =>
  (await madeByCompose(place, accessory))[0] ?? (await place.engine.inspect(accessory.name))

async function madeByCompose(
  { engine, deployment }: Place,
  accessory: ContainerSpec,
): Promise<ContainerState[]> {
  const { composeProject } = deployment.plan
  if (composeProject === undefined) return []
  return await engine.list({
    [composeLabels.project]: composeProject,
    [composeLabels.service]: serviceOf(accessory),
  })
}
