import type { Command } from '../deployment/command.ts'
import type { Decision } from '../deployment/decide.ts'
import { decideBeforeStart, isTurned } from '../deployment/decide.ts'
import type { Deployment } from '../deployment/deployment-state.ts'
import { isDone } from '../deployment/deployment-state.ts'
import { failedVerdict, forwardSteps, reverseSteps } from '../deployment/way.ts'
import type { EnvironmentState } from '../environment/environment-state.ts'
import { hostNames } from './fleet-way.ts'

/** What the ledger tells beside the deployment itself. */
export interface FleetFacts {
  environment: EnvironmentState
  /** The hosts' own deployments that began, by host. */
  members: Readonly<Record<string, Deployment>>
  /** RFC 3339. */
  now: string
}

/** How long a host's own deployment may wait for an older one there. */
const startWithinMs = 300_000
/** How long a host is waited for on the way back, until what it serves is called unknown. */
const returnWithinMs = 300_000

/**
 * Decides the next act of a deployment to several hosts from recorded facts alone, as `decide` does for one. The first
 * host is the canary; the others follow, as many at a time as the plan says, and a rollback goes to all at once. Whatever
 * fails on a host turns all of them, except on a rollback: the hosts that can go back do.
 */
export function decideFleet(state: Deployment, facts: FleetFacts): Decision {
  if (state.finished !== null) return { next: 'nothing' }
  if (state.start === null) return decideBeforeStart(state, facts.environment, facts.now)
  const turned = isTurned(state)
  const steps = turned ? reverseSteps(state) : forwardSteps(state)
  const undone = steps.filter(({ step }) => !isDone(state, step))
  const command =
    (turned ? undefined : failureToRecord(state, facts)) ??
    undone.find((each) => mayBegin(each, { state, facts, isFirst: each === undone[0] }))
  if (command === undefined) return { next: 'wait', why: whyWaiting(state, facts), until: null }
  return command.do === 'finish' ? { next: 'end', command } : { next: 'perform', command }
}

/** Also of a host that served the release already: until all have agreed, each can still be turned by itself. */
function failureToRecord(state: Deployment, { members, now }: FleetFacts): Command | undefined {
  if (isDone(state, 'agree')) return undefined
  const host = hostNames(state).find(
    (name) => state.hosts?.[name]?.settled?.ready !== false && hasFailed(members[name], now),
  )
  if (host === undefined) return undefined
  const step = `await-host:${host}`
  const isLost = state.kind === 'rollback' && isDone(state, step)
  return { do: 'await-host', step: isLost ? `${step}:lost` : step, host }
}

function mayBegin(
  command: Command,
  { state, facts, isFirst }: { state: Deployment; facts: FleetFacts; isFirst: boolean },
): boolean {
  switch (command.do) {
    case 'start-host':
      return mayStart(command.host, state)
    case 'await-host':
      return isReady(facts.members[command.host])
    case 'await-return':
      return isBack(command.host, state, facts)
    default:
      return isFirst
  }
}

function mayStart(host: string, state: Deployment): boolean {
  if (state.kind === 'rollback') return true
  if (!isDone(state, 'evaluate-gates')) return false
  const names = hostNames(state)
  const canary = names[0] ?? ''
  if (!isDone(state, `await-host:${canary}`)) return host === canary
  const running = names.filter(
    (name) => isDone(state, `start-host:${name}`) && !isDone(state, `await-host:${name}`),
  )
  return running.length < (state.plan.fleet?.atOnce ?? 1)
}

/** Whether the release serves on a host, and its deployment waits for nothing but the others. */
export function isReady(member: Deployment | undefined): boolean {
  if (member === undefined) return false
  // A host that had the release before anybody asked was left as it is.
  if (member.finished !== null) return member.finished.outcome === 'live'
  if (member.start === null || isTurned(member)) return false
  return nextStep(member)?.do === 'await-fleet'
}

/**
 * Whether a host is told that it may keep the release: it is ready, or on a rollback still on its way there, as where an
 * older deployment holds it. It then comes to the release by itself.
 */
export const mayKeep = (member: Deployment): boolean => member.finished === null && !isTurned(member)

/** Whether a host's own deployment went wrong, was turned by a person, or does not get its turn. */
export function hasFailed(member: Deployment | undefined, now: string): boolean {
  if (member === undefined) return false
  if (member.finished !== null) return member.finished.outcome !== 'live'
  if (member.start === null)
    return member.abort !== null || Date.parse(now) - Date.parse(member.requestedAt) > startWithinMs
  return isTurned(member)
}

/** Why it failed, for people. */
export function whyFailed(member: Deployment): string {
  const refusing = member.gates?.results.find(
    ({ answer, waiver }) => answer !== 'pass' && answer !== 'not-applicable' && waiver === null,
  )
  if (member.failure !== null) return member.failure.message
  const verdict = failedVerdict(member)
  if (verdict !== null) return verdict.why
  if (refusing !== undefined) return `its gate ${refusing.gate} did not pass: ${refusing.why}`
  if (member.abort !== null) return member.abort.reason || `aborted by ${member.abort.by}`
  return member.finished?.reason ?? 'another deployment holds the host'
}

function isBack(host: string, state: Deployment, { members, now }: FleetFacts): boolean {
  const asked = state.done[`return-host:${host}`]
  if (asked === undefined) return false
  const member = members[host]
  return member === undefined || member.finished !== null || isOverdue(asked.at, now)
}

const isOverdue = (since: string, now: string): boolean =>
  Date.parse(now) - Date.parse(since) > returnWithinMs

/** Whether a host's deployment waits for a person to resume or abort it. */
export const isAsking = (member: Deployment): boolean =>
  member.start !== null && !isTurned(member) && nextStep(member)?.do === 'await-person'

const nextStep = (member: Deployment): Command | undefined =>
  member.finished === null ? forwardSteps(member).find(({ step }) => !isDone(member, step)) : undefined

function whyWaiting(state: Deployment, { members }: FleetFacts): string {
  const asking = hostNames(state).find((host) => members[host] !== undefined && isAsking(members[host]))
  if (asking !== undefined)
    return `waits for a person, because the verdict on ${asking} is inconclusive: towpath resume ${state.id} --reason "...", or: towpath abort ${state.id}`
  const running = hostNames(state).filter((host) => {
    const member = members[host]
    return member !== undefined && member.finished === null && !isReady(member)
  })
  return running.length === 0 ? 'waits for its hosts' : `waits for ${running.join(', ')}`
}
