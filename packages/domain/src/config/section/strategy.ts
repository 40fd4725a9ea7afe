import { z } from 'zod'
import { strategyTypes } from '../../deployment/strategy/strategy.ts'
import { parsePercent, PERCENT_PATTERN } from '../percent.ts'
import { duration, flag, name, section, text, wholeNumber } from './field.ts'

const TYPES = strategyTypes.join(', ')

const share = text('a share such as 5%', PERCENT_PATTERN, '5%').refine(
  (value) => (parsePercent(value) ?? 0) > 0,
  { error: 'must be more than 0%' },
)

const strategyType = z.enum(strategyTypes, { error: `one of ${TYPES}` })
/** The same as one of two shapes: text first, so that a map is known to be meant as the other. */
const typeAlone = z.string({ error: `one of ${TYPES}` }).pipe(strategyType)

/** How one service goes over, with what its strategy can be told. */
export const serviceStrategy = section({
  type: strategyType.describe('How new replaces old.'),
  weights: z
    .array(share, { error: 'a list of rising shares such as [5%, 25%, 50%]' })
    .min(1, { error: 'a list of at least one share' })
    .max(20, { error: 'a list of at most 20 shares' })
    .refine(isRising, { error: 'does not rise' })
    .optional()
    .describe(
      'canary: shares of the traffic, each judged before the next; all of it follows the last. Default [5%, 25%, 50%].',
    ),
  at_least: duration('0s', '24h')
    .optional()
    .describe(
      'canary: shortest time at each share; rolling: shortest time for which the first replica is judged. Default 30s.',
    ),
  at_most: duration('1s', '7d')
    .optional()
    .describe('canary, rolling: a verdict that is not reached by then is inconclusive. Default 10m.'),
  cohort: flag()
    .optional()
    .describe(
      'canary: a cookie keeps each client on the side it was drawn to. For services that browsers ask.',
    ),
  cut: duration('0s', '1h')
    .optional()
    .describe('handoff: time after the switch until streams left on the old instance are cut. Default 2s.'),
})

const DETAILS = {
  canary: ['weights', 'at_least', 'at_most', 'cohort'],
  handoff: ['cut'],
  'blue-green': [],
  'recreate-hold': [],
  rolling: ['at_least', 'at_most'],
} as const satisfies Record<(typeof strategyTypes)[number], readonly string[]>

const detailed = serviceStrategy.check((context) => {
  const known: readonly string[] = DETAILS[context.value.type]
  for (const key of Object.keys(context.value))
    if (key !== 'type' && !known.includes(key))
      context.issues.push({
        code: 'custom',
        input: context.value,
        path: [key],
        message: `means nothing to ${context.value.type}`,
        params: { hint: `known there: ${known.length === 0 ? 'nothing but type' : known.join(', ')}` },
      })
})

const times = z
  .number({ error: 'a number such as 1.5' })
  .min(1.05, { error: 'a number from 1.05 to 100' })
  .max(100, { error: 'a number from 1.05 to 100' })
  .meta({ title: 'a number from 1.05 to 100', examples: [1.5] })

/** What a verdict must be able to see, and how sure it must be. */
const verdict = section({
  errors: share
    .default('5%')
    .describe('Errors: how many points worse a release must be found with certainty.'),
  count: wholeNumber(3, 1_000)
    .default(3)
    .describe('Errors: fewer than these of the new release prove nothing.'),
  floor: share
    .default('10%')
    .describe(
      'Errors: a ratio that is bad whatever was before, where old and new did not serve side by side.',
    ),
  latency: times
    .default(1.5)
    .describe('Latency: how many times slower a release must be found with certainty.'),
  slower: duration('1ms', '1h').default('50ms').describe('Latency: slower by less is not worth a rollback.'),
  false_alarms: share.default('1%').describe('Healthy releases that may be taken back by mistake.'),
  misses: share.default('5%').describe('Releases as bad as above that may pass.'),
})

export const strategy = section({
  type: strategyType
    .default('blue-green')
    .describe('How new replaces old, for services that `services` below does not name.'),
  services: z
    .record(
      name('a service'),
      z.union([typeAlone, detailed], { error: `one of ${TYPES}, or a map with type` }),
      {
        error: 'a map of service names',
      },
    )
    .default({})
    .describe(
      'Service -> its strategy. Unless told otherwise a service declared `single` goes by handoff, and one with several replicas in the compose file rolls.',
    ),
  verdict: verdict.prefault({}).describe('When a release counts as worse than the one before.'),
  drain: duration('0s', '1h')
    .default('10s')
    .describe('Longest wait for requests in flight on the old release.'),
  bake: duration('0s', '24h')
    .default('60s')
    .describe('How long the new release is watched with the old one as backup.'),
  warm: duration('0s', '7d')
    .default('10m')
    .describe('How long the old release stays running after the bake, for a rollback in no time.'),
})

function isRising(weights: readonly string[]): boolean {
  const shares = weights.map((weight) => parsePercent(weight) ?? 0)
  return shares.every((value, index) => index === 0 || value > (shares[index - 1] ?? 0))
}
