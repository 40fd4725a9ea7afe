import type { Placement } from '../environment/environment-state.ts'
import type { Command } from './command.ts'
import { isTurned } from './decide.ts'
import { isDone } from './deployment-state.ts'
import type { Deployment } from './deployment-state.ts'
import { candidatePlacement, seatingsAt } from './seating.ts'
import { trafficOf } from './traffic.ts'
import { forwardSteps } from './way.ts'

/** Steps that take traffic from the old release, or stop it: while one is due nobody else may start what it ends. */
const leaving = new Set<Command['do']>(['hold-traffic', 'switch-traffic', 'stop-old', 'cut-streams'])

/**
 * What must run while a deployment goes forward, mostly of the release before: whatever still takes requests by the recorded
 * facts. A host that was rebooted in between has stopped it, and nothing else would start it before the deployment ends.
 * `null` where nothing is asked for: not begun, over, on its way back (which starts what it needs), or about to move.
 */
export function stillServing(state: Deployment): Placement | null {
  if (state.start === null || state.finished !== null || isTurned(state)) return null
  const due = forwardSteps(state).find(({ step }) => !isDone(state, step))
  // One host of several has moved all there is by then, and may wait long for the others.
  if (due?.do === 'await-fleet') return candidatePlacement(state)
  const { previous } = state.start
  if (previous === null || due === undefined || leaving.has(due.do)) return null
  const services = Object.assign(
    {},
    ...seatingsAt(state, trafficOf(state))
      .filter(({ placement, role }) => role.role === 'live' && placement.deployment === previous.deployment)
      .map(({ placement }) => placement.services),
  ) as Placement['services']
  return Object.keys(services).length === 0 ? null : { ...previous, services }
}
