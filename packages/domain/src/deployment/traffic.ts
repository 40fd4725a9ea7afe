import type { Command } from './command.ts'
import type { Deployment } from './deployment-state.ts'
import { isDone } from './deployment-state.ts'
import { strategyFor } from './strategy/move.ts'
import { forwardSteps } from './way.ts'

/**
 * How far the traffic of one service has moved.
 * - `before`: the old release alone · `admitted`: the candidate is probed, and takes its trial's share if it has one
 * - `held`: nothing serves, requests wait · `switched`: the new release · `replaced`: the new one, the old one is gone
 * - `restored`: the old one again, the candidate finishes what it has
 */
export interface ServiceTraffic {
  stage: 'before' | 'admitted' | 'held' | 'switched' | 'replaced' | 'restored'
  /** The candidate sits in its slot. */
  admitted: boolean
  /** Share of a candidate on trial, in ten-thousandths; 0 without one. */
  perMyriad: number
}

export type Traffic = Record<string, ServiceTraffic>

const untouched: ServiceTraffic = { stage: 'before', admitted: false, perMyriad: 0 }

/**
 * What the edge should be doing by recorded facts: the effects of every finished step, and of `doing`, the command that
 * those facts ask for now. Nothing else ever decides a share, so no crash or race can make it larger.
 */
export function trafficOf(state: Deployment, doing: Command | null = null): Traffic {
  const traffic: Traffic = Object.fromEntries(
    state.plan.services.map(({ service }) => [service, { ...untouched }]),
  )
  if (isDone(state, 'remove-candidates')) return traffic
  for (const command of forwardSteps(state))
    if (isDone(state, command.step) || command.step === doing?.step) apply(traffic, command)
  for (const key of Object.keys(traffic)) traffic[key] = goneBack(state, { key, doing, now: traffic[key] })
  return traffic
}

/** Replicas that were replaced in turn go back in turn; all others together. */
function goneBack(
  state: Deployment,
  { key, doing, now = untouched }: { key: string; doing: Command | null; now: ServiceTraffic | undefined },
): ServiceTraffic {
  if (isDone(state, `remove-candidates:${key}`)) return untouched
  const isRolled = strategyFor(state.plan, key).type === 'rolling'
  const steps = isRolled ? [`restore-traffic:${key}`, `remove-candidates:${key}`] : ['restore-traffic']
  const isBack = [...steps, 'remove-candidates'].some((step) => isDone(state, step) || doing?.step === step)
  return isBack ? { stage: 'restored', admitted: now.admitted, perMyriad: 0 } : now
}

/** Whether the new release alone serves. */
export const hasMoved = ({ stage }: ServiceTraffic): boolean => stage === 'switched' || stage === 'replaced'

function apply(traffic: Traffic, command: Command): void {
  const change = changeBy(command)
  if (change === null || !('services' in command)) return
  for (const service of command.services)
    traffic[service] = { ...(traffic[service] ?? untouched), ...change(traffic[service] ?? untouched) }
}

function changeBy(command: Command): ((now: ServiceTraffic) => Partial<ServiceTraffic>) | null {
  switch (command.do) {
    case 'admit-candidates':
      return ({ stage }) => ({ stage: stage === 'held' ? 'held' : 'admitted', admitted: true })
    case 'shift-traffic':
      return () => ({ perMyriad: command.perMyriad })
    case 'hold-traffic':
      // Seated before it runs: a seat that came later could need a reload, which would lose those that wait.
      return () => ({ stage: 'held', admitted: true })
    // Where requests are held nobody has taken its place yet.
    case 'stop-old':
      return ({ stage }) => (stage === 'held' ? {} : { stage: 'replaced' })
    case 'switch-traffic':
      return () => ({ stage: 'switched', admitted: true, perMyriad: 0 })
    default:
      return null
  }
}
