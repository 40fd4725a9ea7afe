import {
  aDeployment,
  aPlacement,
  aServicePlan,
  anEnvironment,
  eventOf,
  gatesAnswered,
  started,
  stepFailed,
  verdictReached,
} from '@towpath/testkit/builder/deployment-builder.ts'
import type { ToldEvent } from '@towpath/testkit/builder/deployment-builder.ts'
import { describe, expect, it } from 'vitest'
import { replicaKey } from '../edge/replica.ts'
import type { EnvironmentState, Placement } from '../environment/environment-state.ts'
import { admit } from './admission.ts'
import type { Command } from './command.ts'
import { decide } from './decide.ts'
import { stepLines } from './describe-step.ts'
import { edgeAt } from './seating.ts'
import type { ServiceStrategy } from './strategy/strategy.ts'
import { trafficOf } from './traffic.ts'
import { forwardSteps } from './way.ts'

const now = '2026-01-01T00:01:00.000Z'
const rolling: ServiceStrategy = { type: 'rolling', atLeastMs: 1_000, atMostMs: 5_000 }
const blueGreen: ServiceStrategy = { type: 'blue-green' }

const frontends = (count: number, strategy: ServiceStrategy = rolling) =>
  Array.from({ length: count }, (_, index) =>
    aServicePlan(replicaKey('frontend', index), { strategy, port: 3_000 }),
  )
const planOf = (count: number, strategy: ServiceStrategy = rolling) => ({
  services: frontends(count, strategy),
  waves: [['frontend']],
  jobs: [],
})

/** A release whose frontends sit in these slots, in their order. */
function sitting(release: string, slots: string[]): Placement {
  const place = aPlacement(release).services['frontend']
  if (place === undefined) throw new Error('no frontend')
  return {
    ...aPlacement(release),
    services: Object.fromEntries(
      slots.map((slot, index) => [
        replicaKey('frontend', index),
        { ...place, slot, container: `frontend-${release}-${slot}` },
      ]),
    ),
  }
}

const threeSlots = { frontend: 's4', 'frontend#2': 's1', 'frontend#3': 's2' }
const three = {
  plan: planOf(3),
  begins: started({ previous: sitting('1.0.0', ['s1', 's2', 's3']), slots: threeSlots }),
}

interface Given {
  plan: ReturnType<typeof planOf>
  begins: ToldEvent
  kind?: 'deploy' | 'rollback'
}

/** Steps asked for when all goes well but what `answers` says, each with who serves the frontend while it is done. */
function story({ begins, ...given }: Given, answers: Record<string, ToldEvent> = {}): string[] {
  const events: ToldEvent[] = [begins]
  const told: string[] = []
  for (let round = 0; round < 60; round += 1) {
    const state = aDeployment({ ...given, events })
    const decision = decide(state, anEnvironment({ active: 'dep_1' }), now)
    if (decision.next === 'end') return [...told, `end:${decision.command.outcome}`]
    if (decision.next !== 'perform') return [...told, decision.next]
    const { command } = decision
    told.push(`${command.step.padEnd(30)}${rolesAt(state, command)}`.trim())
    events.push(answers[command.step] ?? goodAnswer(command))
  }
  throw new Error('it never ends')
}

const goodAnswer = (command: Command): ToldEvent => {
  if (command.do === 'evaluate-gates') return gatesAnswered(true)
  if (command.do === 'judge-trial' || command.do === 'watch-bake') return verdictReached(command.step, 'pass')
  return eventOf(command)
}

/** `s1 old` serves, `(s4 new)` is there and serves nobody. */
function rolesAt(state: ReturnType<typeof aDeployment>, command: Command): string {
  const [frontend] = edgeAt(state, trafficOf(state, command), { fence: 1 }).services
  return (frontend?.slots ?? [])
    .filter(({ role }) => role !== 'off')
    .map(({ slot, role, release }) => {
      const who = `${slot} ${release === '1.1.0' ? 'new' : 'old'}`
      if (role === 'live') return who
      return frontend?.trial?.slot === slot ? `${who} ${frontend.trial.perMyriad}` : `(${who})`
    })
    .join(' ')
}

describe('three replicas', () => {
  it('are replaced one by one, the first judged beside all old ones before any of them leaves', () => {
    expect(story(three).slice(3)).toEqual([
      'start-candidates:0            s1 old s2 old s3 old',
      'admit-candidates:0            s1 old s2 old s3 old (s4 new)',
      'await-healthy:0               s1 old s2 old s3 old (s4 new)',
      'shift-traffic:frontend:2500   s1 old s2 old s3 old s4 new 2500',
      'judge-trial:frontend:2500     s1 old s2 old s3 old s4 new 2500',
      'switch-traffic:frontend       (s1 old) s2 old s3 old s4 new',
      'stop-old:frontend             s2 old s3 old s4 new',
      'start-candidates:frontend#2   s2 old s3 old s4 new',
      'admit-candidates:frontend#2   (s1 new) s2 old s3 old s4 new',
      'await-healthy:frontend#2      (s1 new) s2 old s3 old s4 new',
      'switch-traffic:frontend#2     s1 new (s2 old) s3 old s4 new',
      'stop-old:frontend#2           s1 new s3 old s4 new',
      'start-candidates:frontend#3   s1 new s3 old s4 new',
      'admit-candidates:frontend#3   s1 new (s2 new) s3 old s4 new',
      'await-healthy:frontend#3      s1 new (s2 new) s3 old s4 new',
      'switch-traffic:frontend#3     s1 new s2 new (s3 old) s4 new',
      'stop-old:frontend#3           s1 new s2 new s4 new',
      'watch-bake                    s1 new s2 new s4 new',
      'end:live',
    ])
  })

  it('go back the same way, the old one serving before the new one of its turn loses anything', () => {
    const failed = story(three, { 'await-healthy:frontend#3': stepFailed('await-healthy:frontend#3') })
    expect(failed.slice(failed.findIndex((line) => line.startsWith('await-healthy:frontend#3')))).toEqual([
      'await-healthy:frontend#3      s1 new (s2 new) s3 old s4 new',
      'restore-traffic:frontend#3    s1 new (s2 new) s3 old s4 new',
      'remove-candidates:frontend#3  s1 new (s2 new) s3 old s4 new',
      'restore-traffic:frontend#2    (s1 new) s2 old s3 old s4 new',
      'remove-candidates:frontend#2  (s1 new) s2 old s3 old s4 new',
      'restore-traffic:frontend      s1 old s2 old s3 old (s4 new)',
      'remove-candidates:frontend    s1 old s2 old s3 old (s4 new)',
      'remove-candidates             s1 old s2 old s3 old',
      'end:rolled-back',
    ])
  })

  it('lose nothing to a bad first one: the old ones never left', () => {
    const fail = verdictReached('judge-trial:frontend:2500', 'fail')
    expect(story(three, { 'judge-trial:frontend:2500': fail }).slice(-4)).toEqual([
      'restore-traffic:frontend      s1 old s2 old s3 old (s4 new)',
      'remove-candidates:frontend    s1 old s2 old s3 old (s4 new)',
      'remove-candidates             s1 old s2 old s3 old',
      'end:rolled-back',
    ])
  })

  it('have nothing to give back where the first never got healthy', () => {
    expect(story(three, { 'await-healthy:0': stepFailed('await-healthy:0') }).slice(-2)).toEqual([
      'remove-candidates             s1 old s2 old s3 old (s4 new)',
      'end:refused',
    ])
  })

  it('roll in a rollback too, judged by nobody', () => {
    const steps = story({ ...three, kind: 'rollback' }).map((line) => line.split(/[ :]/)[0])
    expect(steps).not.toContain('judge-trial')
    expect(steps.filter((step) => step === 'switch-traffic')).toHaveLength(3)
  })

  it('are called by their numbers where a person reads of them', () => {
    const titles = stepLines(aDeployment({ plan: three.plan, events: [three.begins] })).map(
      ({ title }) => title,
    )
    expect(titles).toContain('give the candidate its share: frontend, 25%')
    expect(titles).toContain('switch traffic: frontend#2')
    expect(titles).toContain('stop the old instance: frontend#3')
  })
})

describe('a release with another number of replicas', () => {
  const begins = (old: string[], slots: Record<string, string>): ToldEvent =>
    started({ previous: sitting('1.0.0', old), slots })

  it('adds what is more', () => {
    const given = { plan: planOf(2), begins: begins(['s1'], { frontend: 's2', 'frontend#2': 's3' }) }
    expect(story(given).slice(-6)).toEqual([
      'start-candidates:frontend#2   s2 new',
      'admit-candidates:frontend#2   s2 new (s3 new)',
      'await-healthy:frontend#2      s2 new (s3 new)',
      'switch-traffic:frontend#2     s2 new s3 new',
      'watch-bake                    s2 new s3 new',
      'end:live',
    ])
  })

  it('lets what is fewer leave with the last turn', () => {
    const given = { plan: planOf(1), begins: begins(['s1', 's2', 's3'], { frontend: 's4' }) }
    expect(story(given).slice(-4)).toEqual([
      'switch-traffic:frontend       (s1 old) (s2 old) (s3 old) s4 new',
      'stop-old:frontend             s4 new',
      'watch-bake                    s4 new',
      'end:live',
    ])
  })

  it('keeps one of them as backup where it goes over blue-green', () => {
    const given = { plan: planOf(1, blueGreen), begins: begins(['s1', 's2'], { frontend: 's4' }) }
    expect(story(given).slice(-4)).toEqual([
      'switch-traffic                (s1 old) (s2 old) s4 new',
      'stop-surplus                  (s1 old) s4 new',
      'watch-bake                    (s1 old) s4 new',
      'end:live',
    ])
  })
})

it('a rolled service that needs one which switched at once goes back before it, and after one that needs it', () => {
  const backend = aServicePlan('backend')
  const waves = [['backend', 'frontend']]
  const back = (services: ReturnType<typeof frontends>): string[] => {
    const begins = started({ previous: aPlacement('1.0.0'), slots: { backend: 's2', ...threeSlots } })
    const fail = verdictReached('watch-bake', 'fail')
    const steps = story({ plan: { services, waves, jobs: [] }, begins }, { 'watch-bake': fail })
    return steps.map((line) => line.split(' ')[0] ?? '').filter((step) => step.startsWith('restore-traffic'))
  }
  const turns = ['restore-traffic:frontend#2', 'restore-traffic:frontend']
  expect(back([backend, ...frontends(2)])).toEqual([...turns, 'restore-traffic'])
  expect(back([...frontends(2), backend])).toEqual(['restore-traffic', ...turns])
})

describe('slots', () => {
  const dealt = (count: number, environment: Partial<EnvironmentState>): Record<string, string> => {
    const waiting = aDeployment({ plan: planOf(count) })
    const admission = admit(waiting, anEnvironment({ ...environment, queued: ['dep_1'] }), now)
    if (admission.may !== 'start') throw new Error('it may not start')
    expect(admission.facts.serviceNumbers).toEqual({ backend: 0, frontend: 1 })
    return admission.facts.slots
  }
  const warm = { ...sitting('0.9.0', ['s2']), until: now, leaving: null }

  it.each([
    { how: 'three at once', count: 3, live: [], slots: ['s1', 's2', 's3'] },
    {
      how: 'the spare one, then those of earlier turns',
      live: ['s1', 's2', 's3'],
      slots: ['s4', 's1', 's2'],
    },
    { how: 'the same wherever they stand', live: ['s4', 's1', 's2'], slots: ['s3', 's4', 's1'] },
    { how: 'all that are free first', count: 2, live: ['s1', 's2'], slots: ['s3', 's4'] },
    { how: 'never that of a release which stays warm', live: ['s1'], warm, slots: ['s3', 's4', 's1'] },
  ])('are dealt: $how', ({ count = 3, live, slots, ...more }) => {
    const environment = { live: live.length === 0 ? null : sitting('1.0.0', live), ...more }
    expect(Object.values(dealt(count, environment))).toEqual(slots)
  })
})

it('a plan from before there were replicas goes the way it went', () => {
  const state = aDeployment({ events: [started()] })
  expect(forwardSteps(state).map(({ step }) => step)).toContain('switch-traffic')
  expect(Object.keys(trafficOf(state))).toEqual(['backend', 'frontend'])
})
