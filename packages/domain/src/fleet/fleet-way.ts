import type { Command } from '../deployment/command.ts'
import type { Deployment, HostProgress } from '../deployment/deployment-state.ts'
import { isDone } from '../deployment/deployment-state.ts'

/** Names of the hosts of a deployment, in the order in which they get the release. */
export const hostNames = ({ plan }: Deployment): string[] => (plan.fleet?.hosts ?? []).map(({ name }) => name)

/**
 * The way forward over several hosts. Each host's own steps are its own deployment's; none of them is finished before all
 * serve the release and `agree` is recorded, so that until then each can give its traffic back as a single host does.
 */
export function fleetSteps(state: Deployment): Command[] {
  // A rollback leaves that to each host: one that cannot be reached must not hold up the others.
  const first: Command[] =
    state.kind === 'rollback'
      ? []
      : [
          { do: 'pull-images', step: 'pull-images' },
          { do: 'evaluate-gates', step: 'evaluate-gates' },
        ]
  return [
    ...first,
    ...hostNames(state).flatMap((host): Command[] => [
      { do: 'start-host', step: `start-host:${host}`, host },
      { do: 'await-host', step: `await-host:${host}`, host },
    ]),
    { do: 'agree', step: 'agree' },
    { do: 'finish', step: 'finish', outcome: 'live', reason: fleetReason(state) },
  ]
}

/** Only a rollback goes on where a host failed: then that is said, because two releases run from now on. */
function fleetReason(state: Deployment): string {
  const left = progressOf(state).flatMap(({ host, settled }) =>
    settled === null || settled.ready ? [] : [`${host} did not: ${settled.why}`],
  )
  return left.length === 0 ? 'all steps passed' : `went back, but ${left.join('; ')}`
}

/** The way back: every host that began is turned round, the latest first, then each is waited for. */
export function fleetReverseSteps(state: Deployment): Command[] {
  const begun = hostNames(state)
    .filter((host) => isDone(state, `start-host:${host}`))
    .toReversed()
  return [
    ...begun.map((host): Command => ({ do: 'return-host', step: `return-host:${host}`, host })),
    ...begun.map((host): Command => ({ do: 'await-return', step: `await-return:${host}`, host })),
  ]
}

export const hasBegunAnywhere = (state: Deployment): boolean =>
  hostNames(state).some((host) => isDone(state, `start-host:${host}`))

/** Refused by the gates of the hosts that were asked, nothing was changed anywhere. */
export const isRefusedEverywhere = (state: Deployment): boolean =>
  progressOf(state).every(({ returned }) => returned?.outcome === 'refused')

/** What is not as it was before, where a deployment went back; empty where all is. */
export const stillAway = (state: Deployment): string =>
  progressOf(state)
    .filter(({ returned }) => returned?.outcome === 'unknown')
    .map(({ host }) => `; what ${host} serves is unknown until it can be reached`)
    .join('')

const progressOf = (state: Deployment): (HostProgress & { host: string })[] =>
  Object.entries(state.hosts ?? {}).map(([host, progress]) => ({ host, ...progress }))
