import type { EnvironmentState, Placement } from '../environment/environment-state.ts'
import type { StartFacts } from '../ledger/event-data.ts'
import { serviceOf, servicesOf } from '../edge/replica.ts'
import { slotNames } from '../edge/slots.ts'
import { needsPersonToGoBack } from '../release/release.ts'
import type { Deployment } from './deployment-state.ts'
import { strategyFor } from './strategy/move.ts'

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
  if (state.kind === 'rollback' || state.kind === 'adopt') return null
  const own = environment.queued.indexOf(state.id)
  return own === -1 ? null : (environment.queued.slice(own + 1).at(-1) ?? null)
}

/** Approvals that still miss. A rollback waits for none, nor does what runs already. */
export function approvalsMissing(state: Deployment, environment: EnvironmentState): number {
  if (state.kind === 'rollback' || state.kind === 'adopt') return 0
  // Of several hosts the whole is approved, not each.
  if ((state.plan.member?.of ?? null) !== null) return 0
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
  if (state.plan.fleet !== undefined)
    return {
      ...{ previous: environment.live, warm: null, slots: {} },
      ...{ serviceNumbers: environment.serviceNumbers, subnet: environment.subnet },
    }
  const names = servicesOf(state.plan.services.map((service) => service.service))
  return {
    previous: environment.live,
    warm: environment.warm,
    slots: dealSlots(state, environment),
    serviceNumbers: numberServices(names, environment.serviceNumbers),
    subnet: environment.subnet,
  }
}

/**
 * A release that still sits in a slot goes back into it; anything else takes the first slot that nobody holds. Replicas
 * that are replaced one by one find the slots of those whose turn was before, which are stopped by then.
 */
function dealSlots({ plan, release }: Deployment, environment: EnvironmentState): Record<string, string> {
  const slots: Record<string, string> = {}
  const free = freeSlots(environment)
  for (const { service: key, specDigest } of plan.services) {
    const mine = free(serviceOf(key))
    const own = ownSlot({ key, specDigest, release }, environment)
    const slot = own ?? mine.shift() ?? firstSlot
    slots[key] = slot
    if (strategyFor(plan, key).type !== 'rolling') continue
    const old = environment.live?.services[key]?.slot
    if (old !== undefined && old !== slot) mine.push(old)
  }
  return slots
}

const firstSlot = slotNames[0]

const holdersOf = ({ live, warm }: EnvironmentState): Placement[] =>
  [live, warm].filter((placement) => placement !== null)

/** The slots of a service that nobody holds, as one list that whoever deals takes from and adds to. */
function freeSlots(environment: EnvironmentState): (service: string) => string[] {
  const lists: Record<string, string[]> = {}
  const held = holdersOf(environment).flatMap(({ services }) => Object.entries(services))
  return (service) =>
    (lists[service] ??= slotNames.filter(
      (slot) => !held.some(([key, place]) => serviceOf(key) === service && place.slot === slot),
    ))
}

interface Sitter {
  key: string
  specDigest: string
  release: string
}

/** Where the same container sits already, and stays. */
function ownSlot(wanted: Sitter, environment: EnvironmentState): string | undefined {
  const stays = holdersOf(environment).filter(
    (placement) => placement !== environment.warm || environment.warm.leaving === null,
  )
  return stays.find((placement) => sits(placement, wanted))?.services[wanted.key]?.slot
}

const sits = (placement: Placement, { key, specDigest, release }: Sitter): boolean =>
  placement.release === release && placement.services[key]?.specDigest === specDigest

function numberServices(names: string[], known: Record<string, number>): Record<string, number> {
  const numbers = { ...known }
  for (const name of names) numbers[name] ??= Object.keys(numbers).length
  return numbers
}
