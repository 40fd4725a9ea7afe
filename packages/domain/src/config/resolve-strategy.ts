import type { z } from 'zod'
import type { ServiceStrategy, StrategyType } from '../deployment/strategy/strategy.ts'
import { defaultBudget } from '../verdict/budget.ts'
import type { VerdictBudget } from '../verdict/budget.ts'
import { parsePercent } from './percent.ts'
import type { ServiceConfig, StrategyConfig } from './resolved-config.ts'
import { durationMs, validated } from './resolve-services.ts'
import type { serviceStrategy, strategy } from './section/strategy.ts'

type Written = z.output<typeof strategy>
type Details = z.output<typeof serviceStrategy>

/** Strategies with their built-in values filled in, shares in ten-thousandths; every service gets one. */
export function resolveStrategy(written: Written, services: readonly ServiceConfig[]): StrategyConfig {
  return {
    type: written.type,
    services: Object.fromEntries(
      services.map(({ name, single }) => [name, strategyFor(written, { name, single })]),
    ),
    named: services.map(({ name }) => name).filter((name) => written.services[name] !== undefined),
    verdict: resolveBudget(written.verdict),
    drainMs: durationMs(written.drain),
    bakeMs: durationMs(written.bake),
    warmMs: durationMs(written.warm),
  }
}

function strategyFor(written: Written, service: { name: string; single: boolean }): ServiceStrategy {
  const own = written.services[service.name]
  if (own !== undefined) return withDetails(typeof own === 'string' ? { type: own } : own)
  return withDetails({ type: service.single && !isForSingle(written.type) ? 'handoff' : written.type })
}

const isForSingle = (type: StrategyType): boolean => type === 'handoff' || type === 'recreate-hold'

const resolveBudget = (written: Written['verdict']): VerdictBudget => ({
  falseAlarmRatio: shareOf(written.false_alarms),
  missRatio: shareOf(written.misses),
  errors: {
    worseBy: shareOf(written.errors),
    count: written.count,
    floor: { ratio: shareOf(written.floor), count: defaultBudget.errors.floor.count },
  },
  latency: { times: written.latency, slowerMs: durationMs(written.slower) },
})

const shareOf = (text: string): number => validated(parsePercent(text))

/** All of the traffic is the switch that follows the last share, so it is no share of its own. */
const allOfIt = 10_000

function withDetails(told: Details): ServiceStrategy {
  switch (told.type) {
    case 'canary':
      return {
        type: 'canary',
        weights: (told.weights ?? ['5%', '25%', '50%'])
          .map((weight) => Math.round(validated(parsePercent(weight)) * allOfIt))
          .filter((perMyriad) => perMyriad < allOfIt),
        atLeastMs: durationMs(told.at_least ?? '30s'),
        atMostMs: durationMs(told.at_most ?? '10m'),
        cohort: told.cohort ?? false,
      }
    case 'handoff':
      return { type: 'handoff', cutAfterMs: durationMs(told.cut ?? '2s') }
    case 'rolling':
      return {
        type: 'rolling',
        atLeastMs: durationMs(told.at_least ?? '30s'),
        atMostMs: durationMs(told.at_most ?? '10m'),
      }
    case 'blue-green':
    case 'recreate-hold':
      return { type: told.type }
  }
}
