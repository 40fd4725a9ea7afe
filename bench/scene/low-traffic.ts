import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import type { Behaviour } from '@towpath/testkit/example-images.ts'
import type { ExampleStrategy } from '@towpath/testkit/example-project.ts'
import type { LoadSpec } from '@towpath/testkit/load/load-spec.ts'
import { frontendLoad } from './traffic.ts'

/** What a small site is asked in a second. */
export const rates = [1, 5, 30] as const
export type Rate = (typeof rates)[number]

/** What is really sent in a second, at every rate: the verdict counts requests, so time is what is scaled. */
export const offeredPerSecond = 30

/** How many times faster than in life. */
export const haste = (rate: Rate): number => offeredPerSecond / rate

/** Requests that the live release answers before each trial. */
export const historyRequests = 600

export const lowReleases: Record<string, Behaviour> = {
  '20% errors': 'errors:0.2',
  '150 ms slower': 'slow:150',
  good: 'good',
}

export type LowStrategy = 'canary' | 'handoff'

/** As in the example's own file, with its times divided: the canary for the frontend, the handoff for the backend. */
export function lowStrategy(strategy: LowStrategy, rate: Rate): ExampleStrategy {
  const scaled = (seconds: number): string => `${Math.round((seconds * 1_000) / haste(rate))}ms`
  const common = { drain: '2s', bake: scaled(60), warm: '30m' }
  return strategy === 'handoff'
    ? { ...common, services: { backend: { type: 'handoff', cut: '500ms' } } }
    : {
        ...common,
        services: {
          frontend: {
            ...{ type: 'canary', weights: ['5%', '25%', '50%'], cohort: true },
            ...{ at_least: scaled(60), at_most: scaled(1_800) },
          },
        },
      }
}

/** Only the service that the strategy is about is asked. */
export const lowLoad = (strategy: LowStrategy, site: string): LoadSpec =>
  strategy === 'canary'
    ? frontendLoad(site, offeredPerSecond)
    : { targets: [{ url: `${site}/api/items` }], ratePerSecond: offeredPerSecond, connections: 64 }

export type Ended = 'rolled back' | 'live' | 'a person was asked'

/** How a deployment ended, or null where it goes on. */
export function endedAs({ finished, verdicts }: Deployment): Ended | null {
  if (finished?.outcome === 'live') return 'live'
  if (finished !== null) return 'rolled back'
  const isOpen = Object.entries(verdicts).some(
    ([step, { verdict }]) => step.endsWith(':probed') && verdict === 'inconclusive',
  )
  return isOpen ? 'a person was asked' : null
}

/** From the first request that the release could get to the verdict that ended its trial, in ms of the ledger. */
export function verdictMs(events: readonly LedgerEvent[], service: string): number {
  const moved = events.find(
    (event) =>
      (event.type === 'traffic.shifted' || event.type === 'traffic.switched') &&
      event.data.services.includes(service),
  )
  const verdict = events.findLast(({ type }) => type === 'verdict.reached')
  return Date.parse(verdict?.at ?? '') - Date.parse(moved?.at ?? '')
}
