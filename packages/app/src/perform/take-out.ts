import { candidatesToRemove, placesLeaving } from '@towpath/domain/deployment/seating.ts'
import { strategyFor } from '@towpath/domain/deployment/strategy/move.ts'
import { keepsSingle } from '@towpath/domain/deployment/strategy/strategy.ts'
import { trafficOf } from '@towpath/domain/deployment/traffic.ts'
import { serviceOf } from '@towpath/domain/edge/replica.ts'
import type { SlotStatus } from '@towpath/domain/edge/wanted.ts'
import type { PlacedService, Placement } from '@towpath/domain/environment/environment-state.ts'
import type { Perform, Performing } from '../runner/performing.ts'
import { stopPlace } from './adopted.ts'
import { steerEdge, wantedBy, wantedWith } from './steer-edge.ts'

type Leaving = Record<string, PlacedService>

/** The release that was warm before: two releases in reserve are one too many. It finishes what it has, then stops. */
export const retireOlder: Perform<'retire-older'> = async (performing) => {
  const { deployment } = performing
  const warm = deployment.start?.warm
  if (!warm) return { type: 'older.retired', data: { release: '' } }
  await steerEdge(performing, wantedBy(performing, null))
  await awaitIdle(performing, warm.services)
  const done = { ...deployment.done, 'retire-older': { seq: 0, at: '' } }
  await steerEdge(performing, wantedBy({ ...performing, deployment: { ...deployment, done } }, null))
  await stopAll(performing, warm.services)
  return { type: 'older.retired', data: { release: warm.release } }
}

/** Old instances that get no more requests: they finish what they have, leave their slots, then stop. */
export const stopOld: Perform<'stop-old'> = async (performing, command) => {
  const { installation, deployment } = performing
  const started = installation.elapsedMs()
  const leaving = placesLeaving(deployment, command.services)
  await awaitIdle(performing, leaving)
  await steerEdge(performing, wantedBy(performing, command))
  const containers = await stopAll(performing, leaving)
  return { type: 'old.stopped', data: { containers, tookMs: installation.elapsedMs() - started } }
}

/** Ends the streams that are left on the old instance, once each: their clients come back to the new one. */
export const cutStreams: Perform<'cut-streams'> = async (performing, { services, afterMs }) => {
  const { deployment, edge, edgeSpec } = performing
  const leaving = placesOf(deployment.start?.previous ?? null, services)
  await awaitIdle(performing, leaving, afterMs)
  let streams = 0
  for (const [key, { slot }] of Object.entries(leaving))
    streams += await edge.cut(edgeSpec, { service: serviceOf(key), slot })
  return { type: 'streams.cut', data: { services, streams } }
}

/** Candidates of a deployment that turned round: all, or one replica. What was live or warm before it began stays. */
export const removeCandidates: Perform<'remove-candidates'> = async (performing, command) => {
  const { deployment, edge, edgeSpec, engine } = performing
  const leaving = candidatesToRemove(deployment, command.replica)
  // An edge that went already is not started for this again: it would answer to the services' names, for nobody.
  const isGivenBack = deployment.kind === 'adopt' && (await engine.inspect(edgeSpec.name)) === null
  if (isGivenBack) return await giveBack(performing, leaving)
  await steerEdge(performing, wantedBy(performing, command))
  await awaitIdle(performing, admittedOf(performing, leaving))
  for (const [key, { slot }] of Object.entries(leaving))
    if (keepsSingle(strategyFor(deployment.plan, key)))
      await edge.cut(edgeSpec, { service: serviceOf(key), slot })
  const gone = { ...deployment, done: { ...deployment.done, [command.step]: { seq: 0, at: '' } } }
  await steerEdge(performing, wantedWith(performing, trafficOf(gone)))
  if (deployment.kind === 'adopt') return await giveBack(performing, leaving)
  const containers = await stopAll(performing, leaving)
  for (const { container, adopted } of Object.values(leaving))
    if (adopted === undefined) await engine.remove(container)
  return { type: 'candidates.removed', data: { containers } }
}

/** What was to be adopted goes on running as it did, and nothing of ours stays. The edge goes first: it may hold names of theirs. */
async function giveBack({ engine, edge, edgeSpec, deployment, installation }: Performing, leaving: Leaving) {
  const places = Object.values(leaving)
  await installation.inTurn(deployment.environment, () => edge.remove(edgeSpec))
  const { slotNetwork } = deployment.plan.edge
  for (const { container, adopted } of places) await engine.detach(adopted?.id ?? container, slotNetwork)
  await engine.removeNetwork(slotNetwork)
  return {
    type: 'candidates.removed',
    data: { containers: places.map(({ container }) => container) },
  } as const
}

/** Others have nothing in flight, and somebody else may still serve from the slot that they were dealt. */
const admittedOf = ({ deployment }: Performing, leaving: Leaving): Leaving => {
  const traffic = trafficOf(deployment)
  return Object.fromEntries(Object.entries(leaving).filter(([key]) => traffic[key]?.admitted === true))
}

const placesOf = (placement: Placement | null, services: string[]): Leaving =>
  Object.fromEntries(
    Object.entries(placement?.services ?? {}).filter(([service]) => services.includes(service)),
  )

/** Waits until nothing is in flight on the slots, at most as long as requests are given to finish. */
export async function awaitIdle(performing: Performing, leaving: Leaving, atMostMs?: number): Promise<void> {
  const { installation, edge, edgeSpec, deployment, signal } = performing
  if (Object.keys(leaving).length === 0) return
  const deadline = installation.elapsedMs() + (atMostMs ?? deployment.plan.drainMs)
  // Most requests end at once, and where they are held others wait for that.
  let pauseMs = 10
  while (installation.elapsedMs() < deadline) {
    signal.throwIfAborted()
    const status = await edge.status(edgeSpec)
    if (!status.some((slot) => slot.sessions > 0 && isAmong(leaving, slot))) return
    await installation.wake.wait(pauseMs, signal)
    pauseMs = Math.min(pauseMs * 2, 100)
  }
}

const isAmong = (leaving: Leaving, { service, slot }: SlotStatus): boolean =>
  Object.entries(leaving).some(([key, place]) => serviceOf(key) === service && place.slot === slot)

/** Stopped containers stay on the host: that keeps their image from being pruned and makes the way back short. */
export async function stopAll({ engine, deployment }: Performing, leaving: Leaving): Promise<string[]> {
  const places = Object.values(leaving)
  const { slotNetwork } = deployment.plan.edge
  await Promise.all(places.map((place) => stopPlace(engine, slotNetwork, place)))
  return places.map((place) => place.container)
}
