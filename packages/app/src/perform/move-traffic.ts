import type { Command } from '@towpath/domain/deployment/command.ts'
import { strategyFor } from '@towpath/domain/deployment/strategy/move.ts'
import { overlaps } from '@towpath/domain/deployment/strategy/strategy.ts'
import { isFirstReplica } from '@towpath/domain/edge/replica.ts'
import { trafficOf } from '@towpath/domain/deployment/traffic.ts'
import { candidatesToRemove, returningPlacement } from '@towpath/domain/deployment/seating.ts'
import type { Traffic } from '@towpath/domain/deployment/traffic.ts'
import type { Perform, Performing } from '../runner/performing.ts'
import { ensureAccessories, fallenAccessories } from './accessories.ts'
import { baselineOf } from './release-traffic.ts'
import { renewTrials } from './renew-trials.ts'
import { reviveBefore } from './revive.ts'
import { steerEdge, wantedBy, wantedWith } from './steer-edge.ts'
import { awaitIdle, stopAll } from './take-out.ts'

/** All services of the move at once: the new release live, the old one the edge's backup where it runs on. */
export const switchTraffic: Perform<'switch-traffic'> = async (performing, command) => {
  const { installation } = performing
  // What the old release did until now is what the new one is compared with once they no longer serve side by side.
  const before = await baselineOf(performing, command.services.filter(isFirstReplica))
  const started = installation.elapsedMs()
  await steerEdge(performing, wantedBy(performing, command))
  const tookMs = installation.elapsedMs() - started
  return { type: 'traffic.switched', data: { services: command.services, tookMs, before } }
}

/** A larger share for the candidate, and the lease without which the edge would give it nothing. */
export const shiftTraffic: Perform<'shift-traffic'> = async (performing, command) => {
  const { installation } = performing
  const started = installation.elapsedMs()
  await steerEdge(performing, wantedBy(performing, command))
  await renewTrials(performing, command.services)
  const { services, perMyriad } = command
  const tookMs = installation.elapsedMs() - started
  return { type: 'traffic.shifted', data: { services, perMyriad, tookMs } }
}

/** From here on requests wait at the edge; those in flight finish on the old instance. */
export const holdTraffic: Perform<'hold-traffic'> = async (performing, command) => {
  await steerEdge(performing, wantedBy(performing, command))
  return { type: 'traffic.held', data: { services: command.services } }
}

/**
 * The old release live again, started anew where it died or was stopped; candidates finish what they have. Where the
 * two must not overlap, requests wait while the candidate stops and the old one starts.
 */
export const restoreTraffic: Perform<'restore-traffic'> = async (performing, command) => {
  const { installation, deployment } = performing
  const started = installation.elapsedMs()
  const old = returningPlacement(deployment, command.replica)
  const traffic = heldWhileRestored(performing, command)
  // A replica's turn holds nobody: it overlaps with everything.
  if (command.replica === undefined && Object.values(traffic).some(({ stage }) => stage === 'held')) {
    await steerEdge(performing, wantedWith(performing, traffic))
    const leaving = leavingOf(performing)
    await awaitIdle(performing, leaving)
    await stopAll(performing, leaving)
  }
  await reviveBefore(performing, old)
  await steerEdge(performing, wantedBy(performing, command))
  const services = Object.keys(old?.services ?? {})
  return { type: 'traffic.restored', data: { services, tookMs: installation.elapsedMs() - started } }
}

/** All given back, but for services whose two instances must not run side by side: those wait for one to stop. */
function heldWhileRestored({ deployment }: Performing, command: Command): Traffic {
  const previous = deployment.start?.previous?.services ?? {}
  const alone = (service: string): boolean =>
    !overlaps(strategyFor(deployment.plan, service)) && previous[service] !== undefined
  return Object.fromEntries(
    Object.entries(trafficOf(deployment, command)).map(([service, now]) => [
      service,
      alone(service) ? { ...now, stage: 'held', admitted: true } : now,
    ]),
  )
}

const leavingOf = ({ deployment }: Performing) =>
  Object.fromEntries(
    Object.entries(candidatesToRemove(deployment)).filter(
      ([service]) => !overlaps(strategyFor(deployment.plan, service)),
    ),
  )

/** What a process needs to fall over a missing file, and Docker to start it again. */
const accessorySettleMs = 1_000

/**
 * Proxies in front and the like: started where the host never had them, otherwise left as they are. One that does not stay
 * up is told and holds nothing up: it is not ours to replace.
 */
export const startAccessories: Perform<'start-accessories'> = async (performing) => {
  const { installation, deployment, signal } = performing
  const names = await ensureAccessories(performing, deployment.plan.accessoriesAfter)
  const fresh = deployment.start?.previous === null
  if (fresh) await installation.wake.wait(accessorySettleMs, signal)
  const fallen = await fallenAccessories(performing, { fresh })
  return { type: 'accessories.started', data: { names, ...(fallen.length > 0 ? { fallen } : {}) } }
}

/** From here on neighbours that ask by a service's name may come to the edge, beside the containers that have it too. */
export const takeNames: Perform<'take-names'> = async ({ engine, edgeSpec, deployment }) => {
  const { networks, slotNetwork } = deployment.plan.edge
  const joined = networks.filter(({ network }) => network !== slotNetwork)
  for (const attachment of joined) await engine.attach(edgeSpec.name, attachment)
  const names = [...new Set(joined.flatMap(({ aliases }) => aliases))]
  return { type: 'names.taken', data: { names } }
}
