import { describe, expect, it } from 'vitest'
import { parseConfig } from './parse-config.ts'
import { resolveConfig } from './resolve-config.ts'
import type { StrategyConfig } from './resolved-config.ts'

const file = (strategy: string, production = '{}'): string => `version: 1
project: shop
services:
  backend: {compose: app, image: ghcr.io/acme/backend, health: {path: /, port: 4000}, single: true}
  frontend: {compose: web, image: ghcr.io/acme/frontend, health: {path: /, port: 3000}}
defaults: {host: {folder: /srv/shop}, strategy: ${strategy}}
environments: {staging: {}, production: ${production}}
`

const problems = (strategy: string): string[] => {
  const parsed = parseConfig({ path: 'towpath.yaml', text: file(strategy) })
  return parsed.ok ? [] : parsed.problems.map(({ message }) => message)
}

function strategyOf(text: string, environment = 'production'): StrategyConfig {
  const parsed = parseConfig({ path: 'towpath.yaml', text })
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'))
  return resolveConfig(parsed.config, environment).strategy
}

describe('the strategy of a service', () => {
  it('is blue-green where nobody said, and handoff where it is declared single', () => {
    expect(strategyOf(file('{}')).services).toEqual({
      backend: { type: 'handoff', cutAfterMs: 2_000 },
      frontend: { type: 'blue-green' },
    })
  })

  it('follows the type of the environment, unless that is not for single instances', () => {
    expect(strategyOf(file('{type: recreate-hold}')).services).toEqual({
      backend: { type: 'recreate-hold' },
      frontend: { type: 'recreate-hold' },
    })
    expect(strategyOf(file('{type: canary}')).services).toMatchObject({
      backend: { type: 'handoff' },
      frontend: { type: 'canary', weights: [500, 2_500, 5_000], cohort: false },
    })
  })

  it('has details of its own, and all of the traffic is no share', () => {
    const canary = '{type: canary, weights: [1%, 12.5%, 100%], at_least: 10s, at_most: 1m, cohort: true}'
    expect(
      strategyOf(file(`{services: {frontend: ${canary}, backend: {type: handoff, cut: 5s}}}`)).services,
    ).toEqual({
      backend: { type: 'handoff', cutAfterMs: 5_000 },
      frontend: {
        ...{ type: 'canary', weights: [100, 1_250] },
        ...{ atLeastMs: 10_000, atMostMs: 60_000, cohort: true },
      },
    })
  })

  it('rolls where it is told to, and whom the file names is known', () => {
    const told = strategyOf(file('{services: {frontend: {type: rolling, at_least: 5s}}}'))
    expect(told.services['frontend']).toEqual({ type: 'rolling', atLeastMs: 5_000, atMostMs: 600_000 })
    expect(told.named).toEqual(['frontend'])
    expect(strategyOf(file('{type: rolling}'))).toMatchObject({
      services: { backend: { type: 'handoff' }, frontend: { type: 'rolling', atLeastMs: 30_000 } },
      named: [],
    })
  })

  it('differs between environments', () => {
    const text = file('{services: {frontend: canary}}', '{strategy: {services: {frontend: blue-green}}}')
    expect(strategyOf(text, 'staging').services['frontend']?.type).toBe('canary')
    expect(strategyOf(text, 'production').services['frontend']?.type).toBe('blue-green')
  })
})

describe('a strategy that cannot be', () => {
  it.each([
    ['{services: {frontend: {type: rolling, weights: [5%]}}}', 'weights means nothing to rolling'],
    ['{services: {fronted: canary}}', 'fronted is no service here'],
    ['{services: {frontend: {type: blue-green, cohort: true}}}', 'cohort means nothing to blue-green'],
    ['{services: {frontend: {type: canary, weights: [25%, 5%]}}}', 'does not rise'],
    ['{services: {frontend: {type: canary, weights: [0%, 5%]}}}', 'must be more than 0%'],
    ['{services: {frontend: {type: canary, weights: [5]}}}', 'a share such as 5%'],
    ['{services: {frontend: sideways}}', 'one of blue-green, canary, handoff, recreate-hold'],
    ['{verdict: {latency: 1}}', 'a number from 1.05 to 100'],
  ])('%s is told', (strategy, told) => {
    expect(problems(strategy).join('\n')).toContain(told)
  })
})

it('the budget of verdicts is read from shares and durations', () => {
  const budget =
    '{errors: 2%, count: 5, floor: 10%, latency: 2, slower: 100ms, false_alarms: 0.5%, misses: 10%}'
  expect(strategyOf(file(`{verdict: ${budget}}`)).verdict).toEqual({
    falseAlarmRatio: 0.005,
    missRatio: 0.1,
    errors: { worseBy: 0.02, count: 5, floor: { ratio: 0.1, count: 5 } },
    latency: { times: 2, slowerMs: 100 },
  })
})
