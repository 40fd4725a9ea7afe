import type { EnvironmentState, Placement } from '../environment/environment-state.ts'
import type { StartFacts } from '../ledger/event-data.ts'
import { slotNames } from '../edge/slots.ts'
import { needsPersonToGoBack } from '../release/release.ts'
import type { Deployment } from './deployment-state.ts'

/** How long a deployment waits for its approvals before it is refused. */
export const approvalTimeoutMs = 72 * 3_600_000

export type Admission =
  | { may: 'start'; facts: Omit<StartFacts, 'fence'> }
  | { may: 'wait'; why: string; until: string | null }
  | { may: 'never'; outcome: 'superseded' | 'refused'; why: string }

/**
 * Whether a requested deployment may take its environment now. One at a time; a rollback goes before everything that
 * waits; among deployments the newest replaces the older ones that have not started.
 */
export function admit(state: Deployment, environment: EnvironmentState, now: string): Admission {
  const superseding = newerInQueue(state, environment)
  if (superseding !== null)
    return { may: 'never', outcome: 'superseded', why: `replaced by the newer deployment ${superseding}` }
  const approvals = approvalsMissing(state, environment)
  if (approvals > 0) return waitForApproval(state, approvals, now)
  if (environment.active !== null)
    return { may: 'wait', why: `deployment ${environment.active} holds ${state.environment}`, until: null }
  return { may: 'start', facts: startFacts(state, environment) }
}

function newerInQueue(state: Deployment, environment: EnvironmentState): string | null {
  if (state.kind === 'rollback') return null
  const own = environment.queued.indexOf(state.id)
  return own === -1 ? null : (environment.queued.slice(own + 1).at(-1) ?? null)
}

/** Approvals that still miss. A rollback waits for none. */
export function approvalsMissing(state: Deployment, environment: EnvironmentState): number {
  if (state.kind === 'rollback') return 0
  const needed = approvalsNeeded(state)
  const given = (environment.approvals[state.release] ?? []).filter((name) => name !== state.author)
  return Math.max(0, needed - given.length)
}

/** The policy's number; at least one where the schema could not go back and something is live to go back to. */
export function approvalsNeeded({ plan }: Pick<Deployment, 'plan'>): number {
  const risky = plan.jobs.length > 0 && needsPersonToGoBack(plan.schema) && !plan.firstDeployment
  return risky ? Math.max(1, plan.approvals) : plan.approvals
}

function waitForApproval(state: Deployment, missing: number, now: string): Admission {
  const until = new Date(Date.parse(state.requestedAt) + approvalTimeoutMs).toISOString()
  if (now >= until) return { may: 'never', outcome: 'refused', why: 'nobody approved it within 72 hours' }
  const people = missing === 1 ? '1 approval' : `${missing} approvals`
  return { may: 'wait', why: `waits for ${people} by people other than ${state.author}`, until }
}

function startFacts(state: Deployment, environment: EnvironmentState): Omit<StartFacts, 'fence'> {
  const names = state.plan.services.map((service) => service.service)
  return {
    previous: environment.live,
    warm: environment.warm,
    slots: Object.fromEntries(
      state.plan.services.map(({ service, specDigest }) => [
        service,
        slotFor({ service, specDigest, release: state.release }, environment),
      ]),
    ),
    serviceNumbers: numberServices(names, environment.serviceNumbers),
    subnet: environment.subnet,
  }
}

/** A release that still sits in a slot goes back into it; anything else takes the first slot that nobody holds. */
function slotFor(
  wanted: { service: string; specDigest: string; release: string },
  environment: EnvironmentState,
): string {
  const holders = [environment.live, environment.warm].filter((placement) => placement !== null)
  const stays = holders.filter(
    (placement) => placement !== environment.warm || environment.warm.leaving === null,
  )
  const same = stays.find((placement) => sits(placement, wanted))
  if (same !== undefined) return same.services[wanted.service]?.slot ?? firstSlot
  const taken = new Set(holders.map((placement) => placement.services[wanted.service]?.slot))
  return slotNames.find((slot) => !taken.has(slot)) ?? firstSlot
}

const firstSlot = slotNames[0]

const sits = (
  placement: Placement,
  wanted: { service: string; specDigest: string; release: string },
): boolean =>
  placement.release === wanted.release && placement.services[wanted.service]?.specDigest === wanted.specDigest

function numberServices(names: string[], known: Record<string, number>): Record<string, number> {
  const numbers = { ...known }
  for (const name of names) numbers[name] ??= Object.keys(numbers).length
  return numbers
}
