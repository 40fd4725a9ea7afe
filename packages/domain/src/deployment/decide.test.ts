import {
  aDeployment,
  aPlacement,
  aPlan,
  anEnvironment,
  aServicePlan,
  gatesAnswered,
  started,
  stepDone,
  stepFailed,
} from '@towpath/testkit/builder/deployment-builder.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NewEvent } from '../ledger/event.ts'
import { decide } from './decide.ts'
import type { Decision } from './decide.ts'
import type { Deployment } from './deployment-state.ts'
import { forwardSteps, reverseSteps } from './way.ts'

const now = '2026-01-01T00:01:00.000Z'

type Told = Omit<NewEvent, 'actor' | 'deployment' | 'environment'>

const told = (decision: Decision): string => {
  if (decision.next === 'perform') return decision.command.step
  if (decision.next === 'end') return `end:${decision.command.outcome}`
  return decision.next
}

const forward = [
  'pull-images',
  'evaluate-gates',
  'prepare-host',
  'run-job:migrator',
  'start-candidates:0',
  'admit-candidates:0',
  'await-healthy:0',
  'switch-traffic',
  'watch-bake',
]

const eventFor = (step: string): Told => (step === 'evaluate-gates' ? gatesAnswered(true) : stepDone(step))

/** The deployment after its first `count` steps. */
const after = (count: number, then: Told[] = [], given: Parameters<typeof aDeployment>[0] = {}): Deployment =>
  aDeployment({ ...given, events: [started(), ...forward.slice(0, count).map(eventFor), ...then] })

const decided = (state: Deployment, environment = anEnvironment({ active: state.id })): string =>
  told(decide(state, environment, now))

describe('a deployment on its way forward', () => {
  it.each(forward.map((step, index) => [index, step] as const))(
    'after %i steps asks for %s',
    (count, step) => {
      expect(decided(after(count))).toBe(step)
    },
  )

  it('ends live when every step is done', () => {
    expect(decided(after(forward.length))).toBe('end:live')
  })

  it('runs the backup before the gates, so that a gate can see it', () => {
    const state = aDeployment({
      plan: { backup: { job: 'dump', withinMs: 1, container: aServicePlan('dump').container } },
      events: [started()],
    })
    const steps = forwardSteps(state).map((command) => command.step)
    expect(steps.indexOf('make-backup')).toBeLessThan(steps.indexOf('evaluate-gates'))
    expect(steps.indexOf('make-backup')).toBeLessThan(steps.indexOf('run-job:migrator'))
  })

  it('waits for health between waves, and switches all services together', () => {
    const state = aDeployment({ plan: { waves: [['backend'], ['frontend']] }, events: [started()] })
    const steps = forwardSteps(state).map((command) => command.step)
    expect(steps.indexOf('await-healthy:0')).toBeLessThan(steps.indexOf('start-candidates:1'))
    expect(steps.filter((step) => step === 'switch-traffic')).toHaveLength(1)
  })

  it('runs smoke checks before the switch where there are any', () => {
    const check = {
      method: 'GET',
      path: '/',
      headers: {},
      status: 200,
      contains: null,
      timeoutMs: 1,
    } as const
    const state = aDeployment({
      plan: { services: [aServicePlan('backend', { smoke: [check] })] },
      events: [started()],
    })
    const steps = forwardSteps(state).map((command) => command.step)
    expect(steps.indexOf('run-smoke-checks')).toBe(steps.indexOf('switch-traffic') - 1)
  })
})

describe('gates that were answered long ago', () => {
  const late = '2026-01-01T03:00:00.000Z'
  const before = after(7)
  const environment = anEnvironment({ active: 'dep_1' })

  it('are asked again before traffic moves, and only once', () => {
    expect(told(decide(before, environment, late))).toBe(`evaluate-gates:${before.gates?.at}`)
    const fresh = { ...before, gates: { results: [], facts: '', passed: true, at: late } }
    expect(told(decide(fresh, environment, late))).toBe('switch-traffic')
  })

  it('and fail now take the candidates out, with traffic untouched', () => {
    const failed = { ...before, gates: { results: [], facts: '', passed: false, at: late } }
    expect(reverseSteps(failed).map((command) => command.do)).toContain('remove-candidates')
    expect(reverseSteps(failed).at(-1)).toMatchObject({ do: 'finish', outcome: 'refused' })
  })

  it('do not matter any more once traffic has moved', () => {
    expect(told(decide(after(8), environment, late))).toBe('watch-bake')
  })
})

describe('a rollback', () => {
  const rollback = aDeployment({ kind: 'rollback', plan: { approvals: 2 }, events: [started()] })

  it('never migrates, bakes or asks for approval', () => {
    const kinds = forwardSteps(rollback).map((command) => command.do)
    expect(kinds).not.toContain('run-job')
    expect(kinds).not.toContain('watch-bake')
    expect(told(decide({ ...rollback, start: null }, anEnvironment({ queued: ['dep_1'] }), now))).toBe(
      'start',
    )
  })
})

describe('a deployment that fails', () => {
  it.each([1, 2, 3, 4, 5, 6, 7].map((count) => [forward[count] ?? '', count] as const))(
    'in %s is refused with traffic on the old release',
    (step, count) => {
      const failed = after(count, [stepFailed(step)])
      const ways = reverseSteps(failed)
      expect(ways.at(-1)).toMatchObject({ do: 'finish', outcome: count >= 7 ? 'rolled-back' : 'refused' })
    },
  )

  it('while it is watched goes back by itself', () => {
    const failed = after(8, [stepFailed('watch-bake')])
    expect(decided(failed)).toBe('restore-traffic')
    const restored = after(8, [stepFailed('watch-bake'), stepDone('restore-traffic')])
    expect(decided(restored)).toBe('remove-candidates')
    const removed = after(8, [
      stepFailed('watch-bake'),
      stepDone('restore-traffic'),
      stepDone('remove-candidates'),
    ])
    expect(decided(removed)).toBe('end:rolled-back')
  })

  it('restores traffic when the switch may have happened without its event', () => {
    expect(decided(after(7, [stepFailed('switch-traffic')]))).toBe('restore-traffic')
  })

  it('at a gate touches nothing at all', () => {
    const refused = aDeployment({ events: [started(), stepDone('pull-images'), gatesAnswered(false)] })
    expect(decided(refused)).toBe('end:refused')
  })
})

describe('an abort', () => {
  const abort: Told = {
    type: 'deployment.abort-requested',
    idem: 'dep_1/abort',
    data: { reason: 'wrong one' },
  }

  it('before the start ends the deployment at once', () => {
    const waiting = aDeployment({ events: [abort] })
    expect(decided(waiting, anEnvironment({ queued: ['dep_1'] }))).toBe('end:aborted')
  })

  it('before the switch only takes candidates out', () => {
    expect(decided(after(5, [abort]))).toBe('remove-candidates')
  })

  it('after the switch gives traffic back first', () => {
    expect(decided(after(8, [abort]))).toBe('restore-traffic')
  })

  it('that was recorded while the last step was still running counts', () => {
    const raced = after(forward.length - 1, [abort, stepDone('watch-bake')])
    expect(decided(raced)).toBe('restore-traffic')
  })

  it('that comes after the bake is too late: the release is live', () => {
    expect(decided(after(forward.length, [abort]))).toBe('end:live')
  })
})

describe('admission', () => {
  const waiting = (given: Parameters<typeof aDeployment>[0] = {}): Deployment => aDeployment(given)

  it('lets one deployment at a time hold an environment', () => {
    expect(decided(waiting(), anEnvironment({ active: 'dep_0', queued: ['dep_1'] }))).toBe('wait')
    expect(decided(waiting(), anEnvironment({ queued: ['dep_1'] }))).toBe('start')
  })

  it('replaces an older waiting deployment by a newer one', () => {
    expect(decided(waiting(), anEnvironment({ queued: ['dep_1', 'dep_2'] }))).toBe('end:superseded')
    expect(decided(waiting({ id: 'dep_2' }), anEnvironment({ queued: ['dep_1', 'dep_2'] }))).toBe('start')
  })

  it('never supersedes a rollback', () => {
    expect(decided(waiting({ kind: 'rollback' }), anEnvironment({ queued: ['dep_1', 'dep_2'] }))).toBe(
      'start',
    )
  })

  it('waits for the approvals it needs, and the author is nobody', () => {
    const needy = waiting({ plan: { approvals: 1 }, author: 'ann' })
    const environment = anEnvironment({ queued: ['dep_1'] })
    expect(decided(needy, environment)).toBe('wait')
    expect(decided(needy, { ...environment, approvals: { '1.1.0': ['ann'] } })).toBe('wait')
    expect(decided(needy, { ...environment, approvals: { '1.1.0': ['bob'] } })).toBe('start')
  })

  it('is refused when nobody approved it in time', () => {
    const needy = waiting({ plan: { approvals: 1 } })
    const later = '2026-01-05T00:00:00.000Z'
    expect(told(decide(needy, anEnvironment({ queued: ['dep_1'] }), later))).toBe('end:refused')
  })

  it('asks a person where the schema cannot go back, but not for a first deployment', () => {
    const risky = waiting({ plan: { schema: 'unknown' } })
    expect(decided(risky, anEnvironment({ queued: ['dep_1'] }))).toBe('wait')
    const first = waiting({ plan: { schema: 'unknown', firstDeployment: true } })
    expect(decided(first, anEnvironment({ queued: ['dep_1'] }))).toBe('start')
  })

  it('gives a candidate a slot that neither the live nor the warm release holds', () => {
    const live = aPlacement('1.0.0', 's1')
    const warm = { ...aPlacement('0.9.0', 's2'), until: now, leaving: null }
    const decision = decide(waiting(), anEnvironment({ live, warm, queued: ['dep_1'] }), now)
    expect(decision).toMatchObject({ admission: { facts: { slots: { backend: 's3', frontend: 's3' } } } })
  })

  it('puts a release that is still warm back into its own slot', () => {
    const services = [aServicePlan('backend', { specDigest: 'digest-0.9.0' })]
    const back = waiting({ kind: 'rollback', plan: { release: '0.9.0', services } })
    const warm = { ...aPlacement('0.9.0', 's2'), until: now, leaving: null }
    const environment = anEnvironment({ live: aPlacement('1.0.0'), warm, queued: ['dep_1'] })
    const leaving = { ...environment, warm: { ...warm, leaving: now } }
    expect(decide(back, leaving, now)).toMatchObject({ admission: { facts: { slots: { backend: 's3' } } } })
    expect(decide(back, environment, now)).toMatchObject({
      admission: { facts: { slots: { backend: 's2' } } },
    })
  })
})

describe('laws', () => {
  const fate = fc.record({
    steps: fc.integer({ min: 0, max: forward.length }),
    turn: fc.constantFrom('none', 'fail', 'abort'),
  })

  it('every deployment ends, by forward or by reverse steps, with no step asked for twice', () => {
    fc.assert(
      fc.property(fate, ({ steps, turn }) => {
        const then: Told[] = [started(), ...forward.slice(0, steps).map(eventFor)]
        if (turn === 'fail' && steps < forward.length) then.push(stepFailed(forward[steps] ?? ''))
        if (turn === 'abort')
          then.push({ type: 'deployment.abort-requested', idem: 'dep_1/abort', data: { reason: '' } })
        const asked = new Set<string>()
        for (let round = 0; round < 30; round += 1) {
          const decision = decide(aDeployment({ events: then }), anEnvironment({ active: 'dep_1' }), now)
          if (decision.next === 'end') return
          if (decision.next !== 'perform') throw new Error(`stuck: ${decision.next}`)
          expect(asked.has(decision.command.step)).toBe(false)
          asked.add(decision.command.step)
          then.push(eventFor(decision.command.step))
        }
        throw new Error('it never ends')
      }),
    )
  })

  it('a deployment that turned round never asks for a forward step again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: forward.length - 1 }), (steps) => {
        const failed = after(steps, [stepFailed(forward[steps] ?? '')])
        const decision = decide(failed, anEnvironment({ active: 'dep_1' }), now)
        if (decision.next !== 'perform') return
        expect(['restore-traffic', 'remove-candidates']).toContain(decision.command.do)
      }),
    )
  })

  it('the plan is data that survives the ledger', () => {
    expect(JSON.parse(JSON.stringify(aPlan()))).toEqual(aPlan())
  })
})
