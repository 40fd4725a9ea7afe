import {
  fleetReverseSteps,
  fleetSteps,
  hasBegunAnywhere,
  isRefusedEverywhere,
  stillAway,
} from '../fleet/fleet-way.ts'
import type { Command } from './command.ts'
import type { Deployment } from './deployment-state.ts'
import { isDone } from './deployment-state.ts'
import { canarySteps } from './strategy/canary.ts'
import { handoffSteps } from './strategy/handoff.ts'
import { unlessConclusive } from './strategy/inconclusive.ts'
import { movesOf, strategyFor, strategyOf } from './strategy/move.ts'
import type { Move } from './strategy/move.ts'
import { recreateHoldSteps } from './strategy/recreate-hold.ts'
import { rollingSteps, turnBackSteps } from './strategy/rolling.ts'
import { keepsOld, overlaps } from './strategy/strategy.ts'
import { surplusOf } from './strategy/turn.ts'

/**
 * The way forward of a deployment, in order. What a deployment does not need is left out, so this list, the plan shown
 * before the start and the live view are one thing.
 */
export const forwardSteps = (state: Deployment): Command[] =>
  state.plan.fleet === undefined ? stepsOnHost(state) : fleetSteps(state)

const stepsOnHost = (state: Deployment): Command[] => [
  ...beforeCandidates(state),
  ...candidates(state),
  ...movesOf(state.plan).flatMap((move) => [...moveSteps(state, move), ...surplusSteps(state, move)]),
  ...afterMoves(state),
  ...withOthers(state),
  { do: 'finish', step: 'finish', outcome: 'live', reason: 'all steps passed' },
]

/** One host of several keeps its way back open until all of them have come this far. */
const withOthers = ({ plan }: Deployment): Command[] =>
  (plan.member?.of ?? null) === null ? [] : [{ do: 'await-fleet', step: 'await-fleet' }]

/**
 * A rollback never migrates: the schema stays where the newer release left it. What is adopted runs already: no gate could
 * keep it out, and only the edge's own image is fetched.
 */
function beforeCandidates({ plan, kind }: Deployment): Command[] {
  if (kind === 'adopt')
    return [
      { do: 'pull-images', step: 'pull-images' },
      { do: 'prepare-host', step: 'prepare-host' },
    ]
  const jobs = kind === 'rollback' ? [] : plan.jobs
  const backup = jobs.length > 0 ? plan.backup : null
  return [
    { do: 'pull-images', step: 'pull-images' },
    ...(backup === null ? [] : [{ do: 'make-backup', step: 'make-backup', job: backup } as const]),
    { do: 'evaluate-gates', step: 'evaluate-gates' },
    { do: 'prepare-host', step: 'prepare-host' },
    ...jobs.map((job): Command => ({ do: 'run-job', step: `run-job:${job.job}`, job })),
  ]
}

/** Whatever may run beside what is live is there, healthy and checked before any service moves. */
function candidates(state: Deployment): Command[] {
  const { plan } = state
  const beside = (service: string): boolean => overlaps(strategyFor(plan, service))
  const checked = smokeChecked(state).filter(beside)
  return [
    ...plan.waves.flatMap((wave, index) => waveSteps(wave.filter(beside), index)),
    ...(checked.length === 0
      ? []
      : [{ do: 'run-smoke-checks', step: 'run-smoke-checks', services: checked } as const]),
  ]
}

const waveSteps = (services: string[], index: number): Command[] =>
  services.length === 0
    ? []
    : [
        { do: 'start-candidates', step: `start-candidates:${index}`, services },
        { do: 'admit-candidates', step: `admit-candidates:${index}`, services },
        { do: 'await-healthy', step: `await-healthy:${index}`, services },
      ]

/** A release that was live before is neither checked nor judged again: it is what people want back. */
const smokeChecked = ({ plan, kind }: Deployment): string[] =>
  kind === 'rollback' || kind === 'adopt'
    ? []
    : plan.services.filter((service) => service.smoke.length > 0).map(({ service }) => service)

function moveSteps(state: Deployment, move: Move): Command[] {
  const { strategy, services, key } = move
  const hasOld = services.some((service) => state.start?.previous?.services[service] !== undefined)
  const atOnce: Command[] = [{ do: 'switch-traffic', step: `switch-traffic${key}`, services }]
  switch (strategy.type) {
    case 'blue-green':
      return atOnce
    case 'canary':
      return hasOld && state.kind !== 'rollback' ? canarySteps(state, move, strategy) : atOnce
    case 'handoff':
      return handoffSteps(move, { cutAfterMs: strategy.cutAfterMs, hasOld })
    case 'rolling':
      return rollingSteps(state, move, strategy)
    case 'recreate-hold': {
      const isChecked = smokeChecked(state).some((service) => services.includes(service))
      return recreateHoldSteps(move, { hasOld, isChecked })
    }
  }
}

/**
 * Where the release before ran more replicas than the new one keeps as backups: they leave once it serves, for the sake
 * of their slots.
 */
function surplusSteps(state: Deployment, { strategy, services, key }: Move): Command[] {
  const surplus = keepsOld(strategy) ? surplusOf(state, services) : []
  return surplus.length === 0 ? [] : [{ do: 'stop-old', step: `stop-surplus${key}`, services: surplus }]
}

function afterMoves(state: Deployment): Command[] {
  const { plan, kind } = state
  const isNew = kind !== 'rollback' && kind !== 'adopt'
  const commands: Command[] = []
  // Last: neighbours may come by these names from here on.
  if (kind === 'adopt') commands.push({ do: 'take-names', step: 'take-names' })
  if (isNew && plan.accessoriesAfter.length > 0)
    commands.push({ do: 'start-accessories', step: 'start-accessories' })
  if (isNew && plan.bakeMs > 0)
    commands.push(
      ...unlessConclusive(state, 'watch-bake', (step, by) => ({
        ...{ do: 'watch-bake', step, by },
        durationMs: plan.bakeMs,
      })),
    )
  // After the watch: stopping takes as long as an old app likes, and the new one must not be unwatched meanwhile.
  if (olderToRetire(state) !== null) commands.push({ do: 'retire-older', step: 'retire-older' })
  return commands
}

/** The release that was warm before this deployment and that it does not itself bring back. */
export const olderToRetire = (state: Deployment): string | null => {
  const warm = state.start?.warm ?? null
  const dealt = Object.entries(state.start?.slots ?? {})
  // An adopted container is the same one in every slot: one that was leaving comes back in another.
  const own = new Set(state.plan.services.flatMap(({ adopted }) => adopted?.id ?? []))
  const reused =
    warm !== null &&
    (dealt.some(([service, slot]) => warm.services[service]?.slot === slot) ||
      Object.values(warm.services).some(({ adopted }) => own.has(adopted?.id ?? '')))
  return warm === null || reused ? null : warm.release
}

/**
 * The way back. Traffic may have moved although the event is missing (a kill between act and append), so it is restored
 * whenever a move could have been tried: every step before the first one was done.
 */
export function reverseSteps(state: Deployment): Command[] {
  const { outcome, reason } = ending(state)
  if (state.plan.fleet !== undefined)
    return [
      ...fleetReverseSteps(state),
      { do: 'finish', step: 'finish', outcome, reason: `${reason}${stillAway(state)}` },
    ]
  const turns = turnsBack(state)
  const back: Command[] = [...turns.first]
  if (mayHaveMoved(state) && state.plan.services.some((service) => strategyOf(service).type !== 'rolling'))
    back.push({ do: 'restore-traffic', step: 'restore-traffic' })
  back.push(...turns.last)
  // Gates that were asked again and failed find candidates in place; asked the first time they find none.
  if (isDone(state, 'prepare-host')) back.push({ do: 'remove-candidates', step: 'remove-candidates' })
  return [...back, { do: 'finish', step: 'finish', outcome, reason }]
}

/**
 * Turns of replicas are taken back one by one, the latest first, because a later one sits in the slot of an earlier one's
 * old replica. What moved after everything else goes back before it: it was made for what it finds there.
 */
function turnsBack(state: Deployment): { first: Command[]; last: Command[] } {
  const moves = movesOf(state.plan)
  const atOnce = moves.findIndex(({ strategy }) => strategy.type !== 'rolling')
  const back = (chosen: Move[]): Command[] =>
    chosen
      .filter(({ strategy }) => strategy.type === 'rolling')
      .flatMap(({ services }) => services)
      .filter((replica) => mayHaveBegun(state, replica))
      .toReversed()
      .flatMap(turnBackSteps)
  return atOnce === -1
    ? { first: back(moves), last: [] }
    : { first: back(moves.slice(atOnce)), last: back(moves.slice(0, atOnce)) }
}

/** The turn of a replica begins where it is started in a slot that an old one had, or first takes traffic. */
function mayHaveBegun(state: Deployment, replica: string): boolean {
  const steps = forwardSteps(state)
  const first = steps.findIndex(
    (command) =>
      (moving.has(command.do) || command.step === `start-candidates:${replica}`) &&
      'services' in command &&
      command.services.includes(replica),
  )
  return steps.slice(0, first).every((command) => isDone(state, command.step))
}

const moving = new Set<Command['do']>(['shift-traffic', 'switch-traffic', 'hold-traffic'])

/** The step that first touches what users get. */
export const firstMove = (state: Deployment): Command | undefined =>
  forwardSteps(state).find((command) => moving.has(command.do))

export function mayHaveMoved(state: Deployment): boolean {
  if (state.plan.fleet !== undefined) return hasBegunAnywhere(state) && !isRefusedEverywhere(state)
  const steps = forwardSteps(state)
  const first = steps.findIndex((command) => moving.has(command.do))
  return steps.slice(0, first).every((command) => isDone(state, command.step))
}

/** The verdict that turned the deployment round, if one did. */
export const failedVerdict = (state: Deployment): { why: string } | null =>
  Object.values(state.verdicts).find((verdict) => verdict.verdict === 'fail') ?? null

function ending(state: Deployment): Pick<Command & { do: 'finish' }, 'outcome' | 'reason'> {
  const why = whatWentWrong(state)
  if (why !== null) return { outcome: outcomeOfFailure(state), reason: why }
  if (state.gates !== null && !state.gates.passed)
    return { outcome: 'refused', reason: 'a gate did not pass' }
  if (state.abort !== null)
    return { outcome: 'aborted', reason: state.abort.reason || `aborted by ${state.abort.by}` }
  return { outcome: 'failed', reason: 'the deployment was turned back without a recorded reason' }
}

const whatWentWrong = (state: Deployment): string | null =>
  state.failure?.message ?? failedVerdict(state)?.why ?? null

/** With nothing live before there is nothing to roll back to: the first deployment just failed. */
function outcomeOfFailure(state: Deployment): 'refused' | 'failed' | 'rolled-back' {
  if (!mayHaveMoved(state)) return 'refused'
  return state.start?.previous === null ? 'failed' : 'rolled-back'
}
