import type { WarmPlacement } from '@towpath/domain/environment/environment-state.ts'
import { serviceOf } from '@towpath/domain/edge/replica.ts'
import { environmentView } from '@towpath/domain/ledger/views.ts'
import { stopPlace } from '../perform/adopted.ts'
import { probePlace } from '../perform/probe-place.ts'
import { stateOf } from '../state-of.ts'
import { edgeAtRest, isStillAtRest, steerAtRest } from './at-rest.ts'
import type { AtRest } from './at-rest.ts'

/**
 * When its time is over the release before leaves. First the ledger says so, while no deployment runs: from then on
 * nobody deals its slots. Then it finishes what it has, over as many passes as that takes, and stops.
 */
export async function retireWarm(rest: AtRest): Promise<void> {
  const { warm } = rest.environment
  if (warm === null || rest.installation.now() < warm.until) return
  if (warm.leaving === null) return await announce(rest, warm)
  if (!(await steerAtRest(rest, edgeAtRest(rest)))) return
  if (!(await isIdle(rest, warm)) && !isOverdue(rest, warm.leaving)) return
  if (!(await steerAtRest(rest, edgeAtRest(rest, { withoutWarm: true })))) return
  await stopAndRecord(rest, warm)
}

/** Not while it may be what serves: a live release that hangs leaves all its traffic to its backup. */
async function announce(rest: AtRest, warm: WarmPlacement): Promise<void> {
  if (!(await isLiveWell(rest))) {
    rest.installation.log.warn(
      { environment: rest.environment.environment, warm: warm.release },
      'kept warm: what is live does not answer',
    )
    return
  }
  await rest.installation.store.transact(async (tx) => {
    const state = await stateOf(tx, environmentView, rest.environment.environment)
    if (state === undefined || state.active !== null || state.warm?.deployment !== warm.deployment) return
    await tx.append({
      type: 'warm.leaving',
      actor: 'towpath',
      idem: `${warm.deployment}/leaving/${warm.until}`,
      environment: rest.environment.environment,
      release: warm.release,
      data: { release: warm.release },
    })
  })
}

async function isLiveWell(rest: AtRest): Promise<boolean> {
  const places = Object.entries(rest.environment.live?.services ?? {})
  const looks = await Promise.all(
    places.map(([service, { slot, health }]) => probePlace(rest, { service, slot, health })),
  )
  return looks.every((look) => look.saw === 'good')
}

async function isIdle({ edge, edgeSpec }: AtRest, warm: WarmPlacement): Promise<boolean> {
  const status = await edge.status(edgeSpec)
  return !status.some(
    ({ service, slot, sessions }) =>
      sessions > 0 &&
      Object.entries(warm.services).some(([key, place]) => serviceOf(key) === service && place.slot === slot),
  )
}

const isOverdue = ({ installation, deployment }: AtRest, leavingSince: string): boolean =>
  Date.parse(installation.now()) - Date.parse(leavingSince) > deployment.plan.drainMs

async function stopAndRecord(rest: AtRest, warm: WarmPlacement): Promise<void> {
  const { installation, engine, environment, deployment } = rest
  const places = Object.values(warm.services)
  const { slotNetwork } = deployment.plan.edge
  const stop = async (): Promise<boolean> => {
    if (!(await isStillAtRest(rest))) return false
    await Promise.all(places.map((place) => stopPlace(engine, slotNetwork, place)))
    return true
  }
  // A way back starts an adopted container by the same name: never while it is being stopped here.
  const isShared = places.some(({ adopted }) => adopted !== undefined)
  if (!(await (isShared ? installation.inTurn(environment.environment, stop) : stop()))) return
  await installation.store.append({
    type: 'warm.retired',
    actor: 'towpath',
    idem: `${warm.deployment}/retired/${warm.until}`,
    environment: environment.environment,
    release: warm.release,
    data: { release: warm.release, containers: places.map((place) => place.container) },
  })
}
