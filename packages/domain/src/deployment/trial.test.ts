import {
  aDeployment,
  anEnvironment,
  aServicePlan,
  eventOf,
  gatesAnswered,
  started,
  stepFailed,
  verdictReached,
} from '@towpath/testkit/builder/deployment-builder.ts'
import type { ToldEvent } from '@towpath/testkit/builder/deployment-builder.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RecordedVerdict } from '../ledger/event-data.ts'
import type { Command } from './command.ts'
import { decide } from './decide.ts'
import type { Deployment } from './deployment-state.ts'
import { stepLines } from './describe-step.ts'
import type { ServiceStrategy } from './strategy/strategy.ts'
import { trafficOf } from './traffic.ts'
import { forwardSteps } from './way.ts'

const now = '2026-01-01T00:01:00.000Z'
const canary: ServiceStrategy = {
  ...{ type: 'canary', weights: [500, 2_500, 5_000] },
  ...{ atLeastMs: 1_000, atMostMs: 5_000, cohort: true },
}
const handoff: ServiceStrategy = { type: 'handoff', cutAfterMs: 500 }
const recreate: ServiceStrategy = { type: 'recreate-hold' }

const planOf = (backend: ServiceStrategy, frontend: ServiceStrategy) => ({
  services: [
    aServicePlan('backend', { strategy: backend }),
    aServicePlan('frontend', { strategy: frontend, port: 3_000 }),
  ],
  jobs: [],
})
const environment = anEnvironment({ active: 'dep_1' })

/** Steps a deployment asks for, one after the other, when everything it does goes well. */
function story(given: Parameters<typeof aDeployment>[0], answers: Record<string, ToldEvent> = {}): string[] {
  const events: ToldEvent[] = [started()]
  const asked: string[] = []
  for (let round = 0; round < 60; round += 1) {
    const decision = decide(aDeployment({ ...given, events }), environment, now)
    if (decision.next === 'end') return [...asked, `end:${decision.command.outcome}`]
    if (decision.next !== 'perform') return [...asked, decision.next]
    const { step } = decision.command
    asked.push(step)
    if (decision.command.do === 'await-person') return asked
    events.push(answers[step] ?? goodAnswer(decision.command))
  }
  throw new Error('it never ends')
}

const goodAnswer = (command: Command): ToldEvent => {
  if (command.do === 'evaluate-gates') return gatesAnswered(true)
  if (command.do === 'judge-trial' || command.do === 'watch-bake') return verdictReached(command.step, 'pass')
  return eventOf(command)
}

describe('a release of a handoff backend and a canary frontend', () => {
  const plan = planOf(handoff, canary)

  it('moves who is needed first, then the canary weight by weight, each judged before the next', () => {
    expect(story({ plan })).toEqual([
      ...['pull-images', 'evaluate-gates', 'prepare-host'],
      ...['start-candidates:0', 'admit-candidates:0', 'await-healthy:0'],
      ...['switch-traffic:backend', 'cut-streams:backend'],
      ...['shift-traffic:frontend:500', 'judge-trial:frontend:500'],
      ...['shift-traffic:frontend:2500', 'judge-trial:frontend:2500'],
      ...['shift-traffic:frontend:5000', 'judge-trial:frontend:5000'],
      ...['switch-traffic:frontend', 'watch-bake', 'end:live'],
    ])
  })

  it('comes back as a set when the canary fails', () => {
    const fail = verdictReached('judge-trial:frontend:500', 'fail')
    expect(story({ plan }, { 'judge-trial:frontend:500': fail }).slice(-4)).toEqual([
      ...['judge-trial:frontend:500', 'restore-traffic', 'remove-candidates', 'end:rolled-back'],
    ])
  })

  it('goes straight over on a rollback: what was live before is not on trial', () => {
    const steps = story({ plan, kind: 'rollback' })
    expect(steps.filter((step) => step.startsWith('shift') || step.startsWith('judge'))).toEqual([])
    expect(steps).toContain('cut-streams:backend')
  })

  it('shows every step in words', () => {
    const lines = stepLines(aDeployment({ plan, events: [started()] }))
    expect(lines.map(({ title }) => title)).toContain('give the candidate its share: frontend, 5%')
  })
})

describe('a verdict that is inconclusive', () => {
  const plan = planOf({ type: 'blue-green' }, canary)
  const step = 'judge-trial:frontend:500'
  const inconclusive = (key: string, timeHelps: boolean): ToldEvent =>
    verdictReached(key, 'inconclusive', { timeHelps })
  const endOf = (answers: ToldEvent[]): string[] =>
    story({ plan }, Object.fromEntries(answers.map((answer) => [keyOf(answer), answer]))).slice(-3)

  it('is asked for once more where time helps, then by requests of our own, then a person', () => {
    expect(
      endOf([
        inconclusive(step, true),
        inconclusive(`${step}:extended`, true),
        inconclusive(`${step}:probed`, false),
      ]),
    ).toEqual([`${step}:extended`, `${step}:probed`, `await-person:${step}`])
  })

  it('is not asked for again where there is too little traffic for that', () => {
    expect(endOf([inconclusive(step, false), inconclusive(`${step}:probed`, false)])).toEqual([
      step,
      `${step}:probed`,
      `await-person:${step}`,
    ])
  })

  it('that looks bad goes to a person at once: our own requests cannot clear it', () => {
    const suspect = verdictReached(step, 'inconclusive', { isSuspect: true })
    expect(endOf([suspect]).slice(-2)).toEqual([step, `await-person:${step}`])
  })

  it('never passes by itself, and goes on once a person says so', () => {
    const events = [
      ...eventsUntil(plan, step),
      inconclusive(step, false),
      inconclusive(`${step}:probed`, false),
    ]
    const waiting = aDeployment({ plan, events })
    expect(decide(waiting, environment, now)).toMatchObject({ command: { do: 'await-person' } })
    const resumed: ToldEvent = {
      type: 'deployment.resumed',
      idem: 'dep_1/resumed',
      data: { step: `${step}:probed`, reason: 'looks fine' },
    }
    expect(decide(aDeployment({ plan, events: [...events, resumed] }), environment, now)).toMatchObject({
      command: { step: 'shift-traffic:frontend:2500' },
    })
  })
})

const keyOf = (event: ToldEvent): string => event.idem.slice('dep_1/step/'.length)

/** Events of everything before a step. */
function eventsUntil(plan: ReturnType<typeof planOf>, until: string): ToldEvent[] {
  const events: ToldEvent[] = [started()]
  for (;;) {
    const decision = decide(aDeployment({ plan, events }), environment, now)
    if (decision.next !== 'perform' || decision.command.step === until) return events
    events.push(goodAnswer(decision.command))
  }
}

describe('a service whose instances must not overlap', () => {
  const plan = planOf(recreate, { type: 'blue-green' })

  it('waits at the edge while the old one stops and the new one starts', () => {
    expect(story({ plan }).slice(6, -2)).toEqual([
      ...['hold-traffic:backend', 'stop-old:backend', 'start-candidates:backend'],
      ...['admit-candidates:backend', 'await-healthy:backend', 'switch-traffic:backend'],
      'switch-traffic:frontend',
    ])
  })

  it('is restored when its new instance never gets healthy', () => {
    const steps = story({ plan }, { 'await-healthy:backend': stepFailed('await-healthy:backend') })
    expect(steps.slice(-3)).toEqual(['restore-traffic', 'remove-candidates', 'end:rolled-back'])
  })
})

/** What the edge gives each candidate, in ten-thousandths. */
type Shares = Record<string, number>
const sharesOf = (state: Deployment, doing: Command | null): Shares =>
  Object.fromEntries(
    Object.entries(trafficOf(state, doing)).map(([service, { stage, perMyriad }]) => [
      service,
      stage === 'switched' ? 10_000 : perMyriad,
    ]),
  )

describe('laws of a trial', () => {
  // Mostly well, so that many runs come far.
  const happening = fc.oneof(
    { arbitrary: fc.constant('goes well' as const), weight: 8 },
    {
      arbitrary: fc.constantFrom('acts and dies', 'dies before', 'inconclusive', 'resume', 'fuse'),
      weight: 5,
    },
    { arbitrary: fc.constantFrom('fails', 'bad verdict', 'abort'), weight: 1 },
  )

  it('never gives a candidate more than the ledger has recorded a verdict for, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        const plan = planOf(canary, canary)
        const events = eventsUntil(plan, 'shift-traffic:backend:500')
        let edge: Shares = { backend: 0, frontend: 0 }
        for (const what of happenings) {
          const state = aDeployment({ plan, events })
          const decision = decide(state, environment, now)
          if (decision.next !== 'perform') break
          const { command } = decision
          if (what === 'fuse') edge = { backend: 0, frontend: 0 }
          if (what === 'abort')
            events.push({ type: 'deployment.abort-requested', idem: `dep_1/abort`, data: { reason: '' } })
          if (what === 'dies before' || what === 'fuse' || what === 'abort') continue
          const before = edge
          edge = sharesOf(state, command)
          for (const service of ['backend', 'frontend']) {
            const share = edge[service] ?? 0
            // Once turned round, it only ever loses.
            const most = isTurnedBy(events) ? (before[service] ?? 0) : granted(events, service)
            expect(share).toBeLessThanOrEqual(most)
          }
          events.push(...answersTo(what, command))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('every one ends or waits for a person', () => {
    fc.assert(
      fc.property(fc.array(happening, { minLength: 80, maxLength: 80 }), (happenings) => {
        const plan = planOf(handoff, canary)
        const events: ToldEvent[] = [started()]
        for (const what of [...happenings, ...Array.from({ length: 40 }, () => 'goes well' as const)]) {
          const decision = decide(aDeployment({ plan, events }), environment, now)
          if (decision.next === 'end') return
          if (decision.next !== 'perform') throw new Error(`stuck: ${decision.next}`)
          if (what !== 'dies before') events.push(...answersTo(what, decision.command))
        }
        const last = decide(aDeployment({ plan, events }), environment, now)
        expect(last.next === 'end' || forwardSteps(aDeployment({ plan, events })).length > 0).toBe(true)
      }),
    )
  })
})

const isTurnedBy = (events: ToldEvent[]): boolean =>
  events.some(
    (event) =>
      event.type === 'step.failed' ||
      event.type === 'deployment.abort-requested' ||
      verdictIn(event)?.verdict === 'fail',
  )

const verdictIn = (event: ToldEvent): RecordedVerdict | null =>
  event.type === 'verdict.reached' ? (event.data as RecordedVerdict) : null

/** The largest share that recorded verdicts allow, read off the events without the code under test. */
function granted(events: ToldEvent[], service: string): number {
  const passed = (weight: number): boolean =>
    events.some((event) => {
      const about = (step: string): boolean => step.startsWith(`judge-trial:${service}:${weight}`)
      if (event.type === 'deployment.resumed') return about((event.data as { step: string }).step)
      const verdict = verdictIn(event)
      return verdict?.verdict === 'pass' && about(verdict.step)
    })
  const weights = [500, 2_500, 5_000]
  const failedAt = weights.findIndex((weight) => !passed(weight))
  return failedAt === -1 ? 10_000 : (weights[failedAt] ?? 0)
}

function answersTo(what: string, command: Command): ToldEvent[] {
  const { step } = command
  const judges = command.do === 'judge-trial' || command.do === 'watch-bake'
  if (what === 'acts and dies') return []
  if (what === 'fails') return [stepFailed(step)]
  if (judges && what === 'inconclusive') return [verdictReached(step, 'inconclusive', { timeHelps: true })]
  if (judges && what === 'bad verdict') return [verdictReached(step, 'fail')]
  if (command.do === 'await-person')
    return what === 'resume'
      ? [{ type: 'deployment.resumed', idem: `r/${step}`, data: { step: command.after, reason: 'x' } }]
      : []
  return [goodAnswer(command)]
}
