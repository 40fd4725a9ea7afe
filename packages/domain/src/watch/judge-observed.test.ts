import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultBudget } from '../verdict/budget.ts'
import { badInARow } from '../verdict/watch-verdict.ts'
import { judgeRound, startJudging, wantsSmoke, wantsTraffic } from './judge-observed.ts'
import type { ContainerLook, JudgeRules, ObservedRound } from './judge-observed.ts'
import { settleMs } from './notice-change.ts'
import type { ObservedVerdict } from './observed-deployment.ts'

const rules: JudgeRules = {
  services: [{ service: 'web', withinMs: 30_000 }],
  bakeMs: 20_000,
  budget: defaultBudget,
  smoke: true,
  before: {},
}
const well: ContainerLook = {
  ...{ restarts: 0, runs: true, exitCode: null, oomKilled: false },
  probe: { saw: 'good', text: 'status 200' },
}
const bad: ContainerLook = { ...well, probe: { saw: 'bad', text: 'status 503' } }

interface Played {
  verdict: ObservedVerdict | null
  endedMs: number
}

/** Plays rounds half a second apart: how the container looks, and how many of four requests failed. */
function play(
  lookAt: (round: number) => Partial<ObservedRound> & { look?: ContainerLook; failed?: number },
  { rounds = 400, given = rules }: { rounds?: number; given?: JudgeRules } = {},
): Played {
  let judging = startJudging(given)
  for (let round = 1; round <= rounds; round += 1) {
    const { look = well, failed = 0, ...more } = lookAt(round)
    const next = judgeRound(
      judging,
      {
        nowMs: round * 500,
        containers: { 'web-1': { ...look, service: 'web' } },
        traffic: wantsTraffic(judging) ? { web: { requests: 4, errors: failed, latency: {} } } : {},
        ...(wantsSmoke(judging) ? { smoke: null } : {}),
        ...more,
      },
      given,
    )
    judging = next.judging
    if (next.verdict !== null) return { verdict: next.verdict, endedMs: round * 500 }
  }
  return { verdict: null, endedMs: Infinity }
}

describe('an observed deployment', () => {
  test('that is well all the time passes, and not before its bake is over', () => {
    const { verdict, endedMs } = play(() => ({}))
    expect(verdict).toMatchObject({ verdict: 'pass', cause: null })
    expect(endedMs).toBeGreaterThan(rules.bakeMs)
  })

  test.each([
    ['never-healthy', () => ({ look: bad })],
    ['exited', () => ({ look: { ...bad, restarts: 1 } })],
    ['died', (round: number) => (round < 20 ? {} : { look: { ...well, restarts: 2 } })],
    [
      'died',
      (round: number) =>
        round < 20 ? {} : { look: { ...bad, runs: false, exitCode: 137, oomKilled: true } },
    ],
    ['probes-failing', (round: number) => (round < 20 ? {} : { look: bad })],
    ['errors', () => ({ failed: 1 })],
    ['removed', (round: number) => (round < 20 ? {} : { containers: {} })],
    ['smoke-check', (round: number) => (round === 3 ? { smoke: { service: 'web', fault: 'no' } } : {})],
  ] as const)('would be taken back: %s', (cause, lookAt) => {
    const { verdict } = play(lookAt)
    expect(verdict).toMatchObject({ verdict: 'fail', cause, service: 'web' })
    expect(verdict?.why).not.toBe('')
  })

  test('says that memory was what killed it', () => {
    const killed = { ...bad, runs: false, exitCode: 137, oomKilled: true }
    expect(play(() => ({ look: killed })).verdict?.why).toContain('for want of memory')
  })

  test('is given its time to become healthy, and no more', () => {
    const slow = (rounds: number) => play((round) => ({ look: round < rounds ? bad : well })).verdict?.cause
    expect(slow(50)).toBeNull()
    expect(slow(62)).toBe('never-healthy')
  })

  test('that a script stops for a moment is not dead', () => {
    const stopped = { ...bad, runs: false }
    const rounds = settleMs / 500
    const { verdict } = play((round) => ({ look: round < rounds ? stopped : well }))
    expect(verdict?.verdict).toBe('pass')
  })

  test('that nobody can ask is never passed', () => {
    const silent: ContainerLook = { ...well, probe: { saw: 'edge-down', text: 'no address' } }
    const { verdict } = play(() => ({ look: silent, failed: 0 }))
    expect(verdict).toMatchObject({ verdict: 'inconclusive', cause: null })
    expect(verdict?.why).toContain('Nobody could ask it')
  })

  test('that has too few requests for a verdict on errors is left open, never passed', () => {
    const { verdict } = play(() => ({ traffic: {} }))
    expect(verdict).toMatchObject({ verdict: 'inconclusive' })
  })
})

const lookOf: fc.Arbitrary<ContainerLook> = fc.record({
  restarts: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 1),
  runs: fc.constantFrom(true, true, true, true, false),
  exitCode: fc.constantFrom(null, 0, 137),
  oomKilled: fc.boolean(),
  probe: fc.constantFrom(
    ...(['good', 'good', 'good', 'good', 'bad', 'edge-down'] as const).map((saw) => ({ saw, text: saw })),
  ),
})

test('whatever is seen, it comes to a verdict, and a pass only after enough good looks', () => {
  fc.assert(
    fc.property(fc.array(lookOf, { minLength: 1, maxLength: 40 }), fc.nat({ max: 4 }), (looks, failed) => {
      const lookAt = (round: number) => ({ look: looks[round % looks.length] ?? well, failed })
      const { verdict, endedMs } = play(lookAt)
      expect(verdict).not.toBeNull()
      if (verdict?.verdict !== 'pass') return
      const seen = Array.from({ length: endedMs / 500 }, (_, index) => lookAt(index + 1).look)
      expect(seen.every(({ restarts }) => restarts === 0)).toBe(true)
      expect(seen.at(-1)?.probe.saw).toBe('good')
      expect(verdict.watchedMs).toBeGreaterThanOrEqual(rules.bakeMs)
      const after = seen.slice(-Math.floor(rules.bakeMs / 500))
      const run = after.map(({ probe }) => (probe.saw === 'bad' ? 'b' : 'g')).join('')
      expect(run).not.toContain('b'.repeat(badInARow))
    }),
  )
})

test('a fail is never later for looks that are worse', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), (from) => {
      const died = play((round) => (round < from ? {} : { look: { ...well, restarts: 1 } }))
      const failing = play((round) => (round < from ? {} : { look: bad }))
      expect(died.endedMs).toBeLessThanOrEqual(failing.endedMs)
    }),
  )
})
