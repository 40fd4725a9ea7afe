import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { deploymentView } from '@towpath/domain/ledger/views.ts'
import { servicesOf } from '@towpath/domain/edge/replica.ts'
import { hasMoved, trafficOf } from '@towpath/domain/deployment/traffic.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Perform, Performing } from '../runner/performing.ts'
import { stateOf } from '../state-of.ts'
import { judge } from './judge.ts'
import { openEyes } from './look.ts'
import { renewTrials } from './renew-trials.ts'
import { probeRounds, trafficRounds } from './rounds.ts'
import { steerEdge, wantedBy } from './steer-edge.ts'

/** Judges a candidate at its share of the traffic, side by side with the release that has the rest. */
export const judgeTrial: Perform<'judge-trial'> = async (performing, command) => {
  const { step, services, perMyriad, atLeastMs, atMostMs, by } = command
  // After a crash the share may be there without its lease.
  await steerEdge(performing, wantedBy(performing, command))
  const moved = movedBefore(performing)
  const rounds =
    by === 'probes' ? probeRounds(performing, services) : trafficRounds(performing, [...services, ...moved])
  const verdict = await judge(performing, {
    ...{ step, services, moved, perMyriad, by, rounds, mode: 'concurrent' },
    atLeastMs: by === 'probes' ? 0 : atLeastMs,
    atMostMs,
  })
  return verdict === null ? null : { type: 'verdict.reached', data: verdict }
}

/** Services that are on the new release already while another one is on trial. */
const movedBefore = ({ deployment }: Performing): string[] =>
  servicesOf(Object.entries(trafficOf(deployment)).flatMap(([key, now]) => (hasMoved(now) ? [key] : [])))

/** Watches the new release for its bake, with the old one as backup where it runs on; a verdict at the end. */
export const watchBake: Perform<'watch-bake'> = async (performing, command) => {
  const { step, durationMs, by } = command
  await steerEdge(performing, wantedBy(performing, command))
  const all = servicesOf(performing.deployment.plan.services.map(({ service }) => service))
  const services = all.filter((service) => isKnownBefore(performing, service))
  const moved = all.filter((service) => !services.includes(service))
  const rounds = by === 'probes' ? probeRounds(performing, services) : trafficRounds(performing, all)
  const verdict = await judge(performing, {
    ...{ step, services, moved, perMyriad: 10_000, by, rounds },
    mode: 'sequential',
    atLeastMs: by === 'probes' ? 0 : durationMs,
    atMostMs: by === 'probes' ? probesWithinMs : durationMs,
  })
  return verdict === null ? null : { type: 'verdict.reached', data: verdict }
}

const isKnownBefore = ({ deployment }: Performing, service: string): boolean =>
  deployment.start?.previous?.services[service] !== undefined

const probesWithinMs = 120_000
const lookEveryMs = 1_000

/** Nobody is asked for ever: after this the release before has all of it again. */
const personWithinMs = 72 * 3_600_000

/** Keeps a share as it is, watched, until a person resumes or aborts, or nobody did for three days. */
export const awaitPerson: Perform<'await-person'> = async (performing, { after }) => {
  const { installation, signal, deployment } = performing
  await steerEdge(performing, wantedBy(performing, null))
  const traffic = trafficOf(deployment)
  const onTrial = Object.keys(traffic).filter((service) => (traffic[service]?.perMyriad ?? 0) > 0)
  const seen = Object.keys(traffic).filter((service) => traffic[service]?.admitted === true)
  const eyes = await openEyes(performing, seen, installation.elapsedMs())
  for (;;) {
    signal.throwIfAborted()
    if ((await performing.isTurned()) || (await isResumed(performing, after))) return null
    if (isLeftAlone(performing, after)) throw nobodyDecided(performing)
    await renewTrials(performing, onTrial)
    await eyes.look(installation.elapsedMs())
    await sleep(lookEveryMs, undefined, { signal })
  }
}

function isLeftAlone({ installation, deployment }: Performing, after: string): boolean {
  const askedAt = deployment.verdicts[after]?.at
  return askedAt !== undefined && Date.parse(installation.now()) - Date.parse(askedAt) > personWithinMs
}

const nobodyDecided = ({ deployment }: Performing): TowpathError =>
  new TowpathError({
    code: 'NOBODY_DECIDED',
    kind: 'failed',
    message: `The verdict on ${deployment.release} was inconclusive, and nobody resumed or aborted within 72 hours.`,
    hint: 'Deploy it again where somebody watches, or at a larger share: see towpath plan.',
  })

async function isResumed({ installation, deployment }: Performing, step: string): Promise<boolean> {
  const state = await stateOf(installation.store, deploymentView, deployment.id)
  return state?.resumed[step] !== undefined
}
