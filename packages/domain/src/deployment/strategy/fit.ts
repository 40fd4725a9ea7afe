import { duration } from '../../config/duration-text.ts'
import type { StrategyType } from './strategy.ts'
import { strategyTypes } from './strategy.ts'

/** What is known of a service before a deployment, as far as it bears on how its traffic can go over. */
export interface FitFacts {
  single: boolean
  /** Containers of it that serve at once. */
  replicas: number
  /** Paths at which it writes to volumes that outlive it. */
  writesTo: string[]
  /** Connections to the database that one instance opens at most; null where nobody said. */
  connections: number | null
  /** Connections that are left for it beside everything else that stays up; null where nobody said. */
  connectionsLeft: number | null
  /** How long a verdict at the first share would take at the present traffic; null where the traffic is unknown. */
  verdictMs: number | null
  /** Longest time that a verdict is given. */
  atMostMs: number
  /** Nothing of it is live yet. */
  first: boolean
}

/** Whether a strategy suits a service, and why. */
export interface Fit {
  strategy: StrategyType
  fits: boolean
  why: string
}

/** Every strategy with whether it fits, in the order in which one would choose. */
export function fitsOf(facts: FitFacts): Fit[] {
  return strategyTypes.map((strategy) => {
    const against = reasonsAgainst(strategy, facts)
    return { strategy, fits: against.length === 0, why: against[0] ?? reasonFor(strategy, facts) }
  })
}

/** The strategy we would take: the one that shows most before everybody gets the release, of those that fit. */
export const suggested = (fits: readonly Fit[]): StrategyType =>
  (['rolling', 'canary', 'handoff', 'blue-green', 'recreate-hold'] as const).find((type) =>
    fits.some(({ strategy, fits: does }) => strategy === type && does),
  ) ?? 'recreate-hold'

function reasonsAgainst(strategy: StrategyType, facts: FitFacts): string[] {
  if (strategy === 'rolling') return reasonsAgainstRolling(facts)
  if (facts.replicas > 1) return [`it runs ${facts.replicas} replicas, which are replaced one by one`]
  if (strategy === 'recreate-hold') return []
  const overlap = reasonsAgainstOverlap(facts)
  switch (strategy) {
    case 'handoff':
      return facts.single
        ? overlap
        : ['it is not declared single, so nothing on the old instance has to be cut']
    case 'blue-green':
      return facts.single
        ? [
            'it is declared single: streams on the old instance would never hear of what happens on the new one',
            ...overlap,
          ]
        : overlap
    case 'canary':
      return [...reasonsAgainstCanary(facts), ...overlap]
  }
}

function reasonsAgainstOverlap({ writesTo, connections, connectionsLeft, replicas }: FitFacts): string[] {
  const volume = writesTo[0]
  return [
    ...(volume === undefined
      ? []
      : [`it writes to the volume at ${volume}, which two instances would share`]),
    ...(connections !== null && connectionsLeft !== null && connectionsLeft < connections
      ? [
          `${replicas > 1 ? 'one more' : 'a second'} instance wants ${connections} database connections and ${connectionsLeft} are left`,
        ]
      : []),
  ]
}

/** What replicas write to they share already. */
function reasonsAgainstRolling(facts: FitFacts): string[] {
  if (facts.single) return ['it is declared single: two instances must not serve at once']
  if (facts.replicas < 2) return ['it runs one replica, so there is nothing to replace one by one']
  return reasonsAgainstOverlap({ ...facts, writesTo: [] })
}

function reasonsAgainstCanary({ single, verdictMs, atMostMs, first }: FitFacts): string[] {
  if (single) return ['it is declared single: two instances must not serve at once']
  if (first) return ['nothing of it is live yet to compare with']
  if (verdictMs !== null && verdictMs > atMostMs)
    return [
      `at the present traffic a verdict takes about ${duration(verdictMs)} and is given ${duration(atMostMs)}`,
    ]
  return []
}

function reasonFor(strategy: StrategyType, { verdictMs, replicas }: FitFacts): string {
  switch (strategy) {
    case 'rolling':
      return `its ${replicas} replicas are replaced one by one, the first judged before the others follow`
    case 'canary':
      return verdictMs === null
        ? 'a share is judged before the next; how long that takes is unknown until traffic was seen'
        : `a share is judged before the next, in about ${duration(verdictMs)} at the present traffic`
    case 'handoff':
      return 'one instance serves at any time, and each stream is cut once'
    case 'blue-green':
      return 'two instances may run side by side'
    case 'recreate-hold':
      return 'nothing overlaps; requests wait while it stops and starts'
  }
}
