import {
  aDeployment,
  aPlacement,
  anEnvironment,
  aServicePlan,
  eventOf,
  gatesAnswered,
  started,
  stepDone,
  stepFailed,
  verdictReached,
} from '@towpath/testkit/builder/deployment-builder.ts'
import type { ToldEvent } from '@towpath/testkit/builder/deployment-builder.ts'
import { describe, expect, it } from 'vitest'
import type { Command } from './command.ts'
import { decide } from './decide.ts'
import { stillServing } from './still-serving.ts'
import type { ServiceStrategy } from './strategy/strategy.ts'

const now = '2026-01-01T00:01:00.000Z'
const canary: ServiceStrategy = {
  ...{ type: 'canary', weights: [500, 5_000], atLeastMs: 1_000, atMostMs: 5_000, cohort: false },
}

const good = (command: Command): ToldEvent => {
  if (command.do === 'evaluate-gates') return gatesAnswered(true)
  if (command.do === 'judge-trial' || command.do === 'watch-bake') return verdictReached(command.step, 'pass')
  return eventOf(command)
}

/** What has to run at each step, by the services of the release before. */
function told(
  backend: ServiceStrategy,
  frontend: ServiceStrategy,
  failsAt?: string,
): Record<string, string[]> {
  const services = [
    aServicePlan('backend', { strategy: backend }),
    aServicePlan('frontend', { strategy: frontend, port: 3_000 }),
  ]
  const events: ToldEvent[] = [started()]
  const kept: Record<string, string[]> = {}
  for (let round = 0; round < 60; round += 1) {
    const state = aDeployment({ plan: { services, jobs: [] }, events })
    const decision = decide(state, anEnvironment({ active: 'dep_1' }), now)
    if (decision.next !== 'perform') return kept
    const { command } = decision
    kept[command.step] = Object.keys(stillServing(state)?.services ?? {})
    events.push(command.step === failsAt ? stepFailed(command.step) : good(command))
  }
  throw new Error('it never ends')
}

describe('what still serves', () => {
  it('is all of the old release before anything moves, and what did not move after', () => {
    const kept = told({ type: 'handoff', cutAfterMs: 0 }, canary)
    expect(kept['pull-images']).toEqual(['backend', 'frontend'])
    expect(kept['await-healthy:0']).toEqual(['backend', 'frontend'])
    const trials = Object.keys(kept).filter((step) => step.startsWith('judge-trial'))
    expect(trials.length).toBe(2)
    for (const step of trials) expect(kept[step]).toContain('frontend')
    expect(kept['watch-bake']).toEqual([])
  })

  it('is nothing where a step is about to end it', () => {
    const kept = told({ type: 'recreate-hold' }, { type: 'blue-green' })
    const ending = Object.entries(kept).filter(([step]) => /^(hold|stop|switch|cut)/.test(step))
    expect(ending.length).toBeGreaterThan(2)
    for (const [, services] of ending) expect(services).toEqual([])
    const waits = Object.keys(kept).filter((step) => step.startsWith('await-healthy:backend'))
    for (const step of waits) expect(kept[step]).not.toContain('backend')
  })

  it('is nothing of ours on the way back, which starts what it needs', () => {
    const kept = told({ type: 'blue-green' }, canary, 'shift-traffic:frontend:500')
    expect(kept['restore-traffic']).toEqual([])
    expect(kept['remove-candidates']).toEqual([])
  })

  it('is the new release on a host that waits for the others, also where it is the first ever', () => {
    const member = { host: { name: 'web-1', docker: 'ssh://web-1' }, of: 'dep_whole' }
    const steps = [
      'pull-images',
      'prepare-host',
      'start-candidates:0',
      'admit-candidates:0',
      'await-healthy:0',
    ]
    const events = [...steps, 'switch-traffic', 'watch-bake'].map((step) => stepDone(step))
    for (const previous of [null, aPlacement('1.0.0')]) {
      const state = aDeployment({
        plan: { jobs: [], member },
        events: [started({ previous }), gatesAnswered(true), ...events],
      })
      expect(stillServing(state)).toMatchObject({ deployment: 'dep_1', release: '1.1.0' })
    }
  })
})
