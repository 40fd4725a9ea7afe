import type { Trial, WantedService } from './wanted.ts'

/** How the running edge steers a service beside the roles. `unknown` where it is set in no way that we set. */
export interface CurrentSteering {
  service: string
  trial: Trial | null | 'unknown'
  held: boolean | 'unknown'
}

/**
 * - `hold`: requests wait from now on, whatever is live
 * - `release`: who waits, and who comes, goes to the live slots
 * - `try`: the trial's slot gets this share, from now on (`begins`: with its fuse whole and no lease) or instead of another share
 * - `end-trial`: no slot is on trial any more
 */
export type SteeringAct =
  | { act: 'hold' }
  | { act: 'release' }
  | { act: 'try'; trial: Trial; begins: boolean }
  | { act: 'end-trial' }

/**
 * When a move of steering is made: before every move of a slot, after those that give traffic, or never among them.
 * Requests wait before anyone loses them, and are let go once somebody takes them. A candidate gives its share back
 * before anything happens to its slot, but where it becomes live it takes its part first.
 */
export type SteeringTurn = 'before-all' | 'after-giving'
export type SteeringMove = SteeringAct & { turn: SteeringTurn }

/** In the order of their turns. `newcomers` are the slots whose release changes: their trial is another one. */
export const planSteering = (
  now: CurrentSteering,
  wanted: WantedService,
  newcomers: Set<string>,
): SteeringMove[] =>
  [...holdMoves(now, wanted), ...trialMoves(now, wanted, newcomers)].toSorted(
    (one, other) => order.indexOf(one.act) - order.indexOf(other.act),
  )

/** Within a turn: a trial ends before another begins, and requests are let go last. */
const order: SteeringAct['act'][] = ['hold', 'end-trial', 'try', 'release']

function holdMoves(now: CurrentSteering, { held }: WantedService): SteeringMove[] {
  if (now.held === held) return []
  return held ? [{ act: 'hold', turn: 'before-all' }] : [{ act: 'release', turn: 'after-giving' }]
}

function trialMoves(now: CurrentSteering, wanted: WantedService, newcomers: Set<string>): SteeringMove[] {
  const { trial } = wanted
  const goesOn = isSameTrial(now.trial, trial) && !newcomers.has(trial?.slot ?? '')
  const moves: SteeringMove[] = []
  if (now.trial !== null && !goesOn)
    moves.push({
      act: 'end-trial',
      turn: isPromoted(now.trial, wanted, newcomers) ? 'after-giving' : 'before-all',
    })
  if (trial !== null && !(goesOn && shareOf(now.trial) === trial.perMyriad))
    moves.push({ act: 'try', trial, begins: !goesOn, turn: 'after-giving' })
  return moves
}

const isSameTrial = (one: CurrentSteering['trial'], other: Trial | null): boolean =>
  one !== null && one !== 'unknown' && one.slot === other?.slot && one.salt === other.salt

const shareOf = (trial: CurrentSteering['trial']): number | null =>
  trial === null || trial === 'unknown' ? null : trial.perMyriad

const isPromoted = (
  trial: CurrentSteering['trial'],
  { slots }: WantedService,
  newcomers: Set<string>,
): boolean =>
  trial !== null &&
  trial !== 'unknown' &&
  !newcomers.has(trial.slot) &&
  slots.some(({ slot, role }) => slot === trial.slot && role === 'live')
