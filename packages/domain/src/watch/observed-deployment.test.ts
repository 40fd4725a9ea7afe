import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldEnvironment } from '../environment/fold-environment.ts'
import type { EnvironmentState } from '../environment/environment-state.ts'
import type { GateResult } from '../gate/gate.ts'
import type { LedgerEvent, NewEvent } from '../ledger/event.ts'
import { foldObserved, wouldHave } from './observed-deployment.ts'
import type { ObservedDeployment, ObservedVerdict } from './observed-deployment.ts'
import { running } from './testing/pictures.ts'
import { runsWell } from './watch-state.ts'

const verdictOf = (verdict: ObservedVerdict['verdict']): ObservedVerdict => ({
  verdict,
  cause: verdict === 'fail' ? 'errors' : null,
  ...{ service: null, why: `it was ${verdict}`, watchedMs: 1_000, numbers: {} },
})
const gate = (answer: GateResult['answer'], waived = false): GateResult => ({
  ...{ gate: `g-${answer}`, title: 't', answer, why: 'w', fix: 'f' },
  waiver: waived ? { gate: 'g', owner: 'o', reason: 'r', expiresAt: '2099', release: null } : null,
})
const picture = (nth: number) => ({ web: running(nth, [nth]) })

/** Events in their order, each as the ledger would keep it. */
const chain = (...events: Pick<NewEvent, 'type' | 'data'>[]): LedgerEvent[] =>
  events.map((event, index) => ({
    ...event,
    ...{ actor: 'ann', idem: String(index), environment: 'production', seq: index + 1 },
    at: `2026-01-01T00:00:0${index}.000Z`,
  })) as LedgerEvent[]

const started = (nth: number) => ({
  type: 'watch.started' as const,
  data: { snapshot: 's', config: 'c', picture: picture(nth) },
})
const observed = (id: string, from: number, to: number) => ({
  type: 'deployment.observed' as const,
  data: {
    ...{
      id,
      kind: 'deploy' as const,
      release: null,
      services: ['web'],
      from: picture(from),
      to: picture(to),
    },
    ...{ formedMs: 1, lastSeenAt: null, gates: { results: [], passed: true, facts: 'f' } },
  },
})
const judged = (id: string, verdict: ObservedVerdict['verdict']) => ({
  type: 'deployment.judged' as const,
  data: { id, ...verdictOf(verdict) },
})

const environmentAfter = (...events: Parameters<typeof chain>): EnvironmentState | undefined =>
  chain(...events).reduce<EnvironmentState | undefined>(foldEnvironment, undefined)

describe('what Towpath would have done', () => {
  const answers = fc.constantFrom<GateResult['answer']>('pass', 'fail', 'unknown', 'not-applicable')
  const results = fc.array(fc.tuple(answers, fc.boolean()).map(([answer, waived]) => gate(answer, waived)))
  const verdicts = fc.option(fc.constantFrom<ObservedVerdict['verdict']>('pass', 'fail', 'inconclusive'))

  test('lets nothing through on an unknown gate, a fail, or an open verdict', () => {
    fc.assert(
      fc.property(results, verdicts, (gates, verdict) => {
        const state = {
          gates: { results: gates, passed: true, facts: '' },
          judged: verdict === null ? null : { ...verdictOf(verdict), at: '', seq: 1 },
        } as ObservedDeployment
        const { would, reasons } = wouldHave(state)
        const isHeld = gates.some(
          ({ answer, waiver }) => waiver === null && (answer === 'fail' || answer === 'unknown'),
        )
        expect(would === 'blocked').toBe(isHeld)
        expect(would === 'let-through').toBe(!isHeld && verdict === 'pass')
        expect(would === 'being-judged' || reasons.length > 0).toBe(true)
        expect(verdict !== 'fail' || reasons.join().includes('it was fail')).toBe(true)
      }),
    )
  })
})

describe('the watch of an environment', () => {
  test('knows what runs, what is judged, and what ran well', () => {
    const state = environmentAfter(
      started(1),
      observed('obs_a', 1, 2),
      judged('obs_a', 'pass'),
      observed('obs_b', 2, 3),
    )
    expect(state?.watch).toMatchObject({
      picture: picture(3),
      judging: 'obs_b',
      observed: 2,
      changedAt: '2026-01-01T00:00:03.000Z',
    })
    expect(state?.watch?.ranWell.map(({ picture: ran }) => ran)).toEqual([picture(2), picture(1)])
  })

  test('does not count as well what failed, or what is no longer judged', () => {
    const state = environmentAfter(
      started(1),
      observed('obs_a', 1, 2),
      judged('obs_a', 'fail'),
      judged('obs_b', 'pass'),
    )
    expect(state?.watch?.ranWell).toHaveLength(1)
    expect(state?.watch && runsWell(state.watch)).toBe(false)
    expect(state?.watch?.judging).toBeNull()
  })

  test('goes on by newer files with what it knows, and is over when it is stopped', () => {
    const again = environmentAfter(started(1), observed('obs_a', 1, 2), started(3))
    expect(again?.watch).toMatchObject({ observed: 1, judging: 'obs_a', picture: picture(2) })
    const stopped = environmentAfter(started(1), { type: 'watch.stopped', data: { reason: '' } })
    expect(stopped?.watch).toBeNull()
    expect(environmentAfter(observed('obs_a', 1, 2))?.watch).toBeNull()
  })

  test('keeps the first verdict on each deployment', () => {
    const events = chain(observed('obs_a', 1, 2), judged('obs_a', 'fail'), judged('obs_a', 'pass'))
    const state = events.reduce<ObservedDeployment | undefined>(foldObserved, undefined)
    expect(state?.judged).toMatchObject({ verdict: 'fail', seq: 2 })
  })
})
