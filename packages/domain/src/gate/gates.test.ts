import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluateGates, isPassed } from './evaluate-gates.ts'
import type { GateFacts } from './gate-facts.ts'
import type { Observed } from '../evidence/observed.ts'
import type { GateWaiver } from './gate.ts'
import { gates } from './gates.ts'

const now = '2026-03-01T12:00:00.000Z'
const seen = <T>(value: T): Observed<T> => ({ at: now, value })
const unseen = { at: now, unknown: 'connection refused' }

const good: GateFacts = {
  now,
  environment: 'production',
  deployment: { id: 'dep_1', kind: 'promote', release: '1.1.0', requestedBy: 'ann', first: false },
  release: { version: '1.1.0', author: 'ann', schema: 'expand', migrates: true },
  policy: {
    version: 1,
    approvals: 1,
    needs: [{ environment: 'staging', bakedMs: 60_000 }],
    freeze: [],
    hosts: [],
  },
  approvals: ['bob'],
  previous: { release: '1.0.0', ready: seen({ ready: true, why: 'on the host' }) },
  needed: [{ environment: 'staging', verified: { at: '2026-03-01T11:00:00.000Z', bakedMs: 0 } }],
  frozen: null,
  host: seen({ engine: 'docker', version: '20' }),
  disk: seen({ freeBytes: 10e9, neededBytes: 2e9 }),
  images: [{ service: 'backend', image: 'r/b@sha256:1', registry: seen(true), host: seen(true) }],
  settings: { missing: [] },
  database: seen({ reachable: true, why: 'PostgreSQL 18' }),
  edge: seen([]),
  foreign: seen([]),
  schema: null,
  backup: { configured: true, madeAt: now },
}

const answersOf = (facts: GateFacts): Record<string, string> =>
  Object.fromEntries(evaluateGates(facts, []).map((result) => [result.gate, result.answer]))

describe('the checklist', () => {
  it('lets a release through where everything was seen and is fine', () => {
    const results = evaluateGates(good, [])
    expect(results.filter((result) => result.answer === 'fail' || result.answer === 'unknown')).toEqual([])
    expect(isPassed(results)).toBe(true)
  })

  const spoiled: [string, Partial<GateFacts>, string][] = [
    [
      'images-in-registry',
      { images: [{ service: 'b', image: 'i', registry: seen(false), host: seen(true) }] },
      'fail',
    ],
    [
      'images-in-registry',
      { images: [{ service: 'b', image: 'i', registry: unseen, host: seen(true) }] },
      'unknown',
    ],
    [
      'images-on-host',
      { images: [{ service: 'b', image: 'i', registry: seen(true), host: seen(false) }] },
      'fail',
    ],
    ['host-reachable', { host: unseen }, 'unknown'],
    ['disk-room', { disk: seen({ freeBytes: 1e9, neededBytes: 2e9 }) }, 'fail'],
    ['disk-room', { disk: unseen }, 'unknown'],
    ['settings-complete', { settings: { missing: ['MAIL_KEY'] } }, 'fail'],
    ['database-reachable', { database: seen({ reachable: false, why: 'wrong password' }) }, 'fail'],
    ['database-reachable', { database: null }, 'not-applicable'],
    [
      'database-reachable',
      { database: seen({ reachable: false, why: 'db does not run yet', starts: 'db' }) },
      'not-applicable',
    ],
    ['edge-in-sync', { edge: seen(['s1 has weight 0, wanted 100']) }, 'fail'],
    ['names-held', { foreign: seen(['x answers to rust-app']) }, 'fail'],
    ['verified-before', { needed: [{ environment: 'staging', verified: null }] }, 'fail'],
    ['verified-before', { needed: [] }, 'fail'],
    ['verified-before', { needed: [{ environment: 'staging', verified: { at: now, bakedMs: 1 } }] }, 'fail'],
    ['approvals', { approvals: [] }, 'fail'],
    ['approvals', { approvals: ['ann'] }, 'fail'],
    ['approvals', { approvals: ['ann', 'ann'] }, 'fail'],
    ['freeze-window', { policy: { ...good.policy, freeze: [frozenWindow()] } }, 'pass'],
    [
      'freeze-window',
      { policy: { ...good.policy, freeze: [frozenWindow()] }, frozen: { until: now, window: 'w' } },
      'fail',
    ],
    [
      'rollback-ready',
      { previous: { release: '1.0.0', ready: seen({ ready: false, why: 'image gone' }) } },
      'fail',
    ],
    ['rollback-ready', { previous: null }, 'not-applicable'],
    ['backup-made', { backup: { configured: true, madeAt: null } }, 'unknown'],
    ['backup-made', { backup: { configured: false, madeAt: null } }, 'not-applicable'],
    [
      'evidence-fresh',
      { host: { at: '2026-03-01T11:00:00.000Z', value: { engine: 'd', version: '1' } } },
      'unknown',
    ],
    [
      'host-reachable',
      { host: { at: '2026-03-01T11:00:00.000Z', value: { engine: 'd', version: '1' } } },
      'unknown',
    ],
  ]
  it.each(spoiled)('%s answers %j with %s', (gate, facts, answer) => {
    expect(answersOf({ ...good, ...facts })[gate]).toBe(answer)
  })

  it('says why an image is not on the host where its pull failed, and does not ask for a push', () => {
    const image = { service: 'b', image: 'i', registry: seen(true), host: seen(false) }
    const answerFor = (images: GateFacts['images']) =>
      evaluateGates({ ...good, images }, []).find(({ gate }) => gate === 'images-on-host')
    expect(answerFor([image])).toMatchObject({ fix: expect.stringContaining('push the build') as string })
    expect(answerFor([{ ...image, notPulled: 'no space left on device' }])).toMatchObject({
      why: expect.stringContaining('no space left on device') as string,
      fix: 'put right what kept it from being pulled, then deploy again',
    })
  })

  it('tells small disks in a unit that shows something', () => {
    const tight = { ...good, disk: seen({ freeBytes: 4_096, neededBytes: 1_048_576 }) }
    const answer = evaluateGates(tight, []).find(({ gate }) => gate === 'disk-room')
    expect(answer?.why).toBe('0.0 MB free where 1.0 MB are asked for')
  })

  it('names secrets without a value, and how to set one', () => {
    const held = evaluateGates({ ...good, settings: { missing: ['MAIL_KEY', 'B'] } }, [])
    expect(held.find(({ gate }) => gate === 'settings-complete')).toMatchObject({
      why: 'no value for MAIL_KEY, B',
      fix: expect.stringContaining('towpath secrets set MAIL_KEY -e production'),
    })
  })

  it('says of facts from before a gate was there that nobody looked', () => {
    const { settings: _, ...older } = good
    expect(answersOf(older)['settings-complete']).toBe('not-applicable')
  })

  it('asks one approval more than none where the schema cannot go back', () => {
    const risky: GateFacts = {
      ...good,
      policy: { ...good.policy, approvals: 0 },
      approvals: [],
      release: { ...good.release, schema: 'unknown' },
    }
    expect(answersOf(risky)['approvals']).toBe('fail')
    expect(answersOf({ ...risky, deployment: { ...risky.deployment, first: true } })['approvals']).toBe(
      'not-applicable',
    )
  })
})

describe('a rollback', () => {
  const back: GateFacts = {
    ...good,
    deployment: { ...good.deployment, kind: 'rollback' },
    schema: { crossed: [], accepted: null },
  }

  it('is held up by safety alone, never by freeze, approval or a deaf registry', () => {
    const hard = evaluateGates(
      {
        ...back,
        approvals: [],
        needed: [],
        frozen: { until: now, window: 'w' },
        policy: { ...good.policy, freeze: [frozenWindow()] },
        images: [{ service: 'b', image: 'i', registry: unseen, host: seen(true) }],
      },
      [],
    )
    expect(isPassed(hard)).toBe(true)
    expect(hard.map((result) => result.gate)).toEqual(
      gates.filter((gate) => gate.safety).map((gate) => gate.name),
    )
  })

  it('over a migration that cannot go back waits for a person to take it on', () => {
    const crossed = [{ release: '1.2.0', schema: 'contract' as const }]
    expect(answersOf({ ...back, schema: { crossed, accepted: null } })['schema-allows']).toBe('fail')
    expect(answersOf({ ...back, schema: { crossed, accepted: 'bob: tested' } })['schema-allows']).toBe('pass')
  })
})

describe('a host that could not be asked', () => {
  const answerOf = (host: GateFacts['host']) =>
    evaluateGates({ ...good, host }, []).find(({ gate }) => gate === 'host-reachable')

  it('comes with what a person has to do where the look said it, and with where to look where it did not', () => {
    const fix = 'ssh-keyscan app.example.com'
    expect(answerOf({ ...unseen, fix })).toMatchObject({ answer: 'unknown', fix })
    expect(answerOf(unseen)).toMatchObject({
      fix: 'start its container engine, or check the connection to it',
    })
  })
})

describe('laws', () => {
  const waiver = (given: Partial<GateWaiver>): GateWaiver => ({
    gate: 'host-reachable',
    owner: 'eve',
    reason: 'known',
    expiresAt: '2026-03-02T00:00:00.000Z',
    release: null,
    ...given,
  })
  const spoiled = { ...good, host: unseen }

  it('unknown is never pass, and only a valid waiver of that very gate lets it through', () => {
    expect(isPassed(evaluateGates(spoiled, []))).toBe(false)
    expect(isPassed(evaluateGates(spoiled, [waiver({})]))).toBe(true)
    expect(isPassed(evaluateGates(spoiled, [waiver({ gate: 'disk-room' })]))).toBe(false)
    expect(isPassed(evaluateGates(spoiled, [waiver({ expiresAt: now })]))).toBe(false)
    expect(isPassed(evaluateGates(spoiled, [waiver({ release: '9.9.9' })]))).toBe(false)
  })

  it('the same facts give the same answers after a trip through the store', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(fc.string(), { maxLength: 3 }),
        fc.nat(),
        (present, approvals, free) => {
          const facts: GateFacts = {
            ...good,
            approvals,
            disk: seen({ freeBytes: free, neededBytes: 1_000 }),
            images: [{ service: 'b', image: 'i', registry: seen(present), host: seen(present) }],
          }
          const replayed = JSON.parse(JSON.stringify(facts)) as GateFacts
          expect(evaluateGates(replayed, [])).toEqual(evaluateGates(facts, []))
        },
      ),
    )
  })

  it('every fail and unknown says why and what to do', () => {
    const bad = evaluateGates(
      { ...good, host: unseen, disk: unseen, edge: unseen, foreign: unseen, approvals: [] },
      [],
    )
    const told = bad.flatMap((result) =>
      result.answer === 'fail' || result.answer === 'unknown' ? [result.why.length, result.fix.length] : [],
    )
    expect(told.length).toBeGreaterThan(8)
    expect(Math.min(...told)).toBeGreaterThan(10)
  })
})

function frozenWindow(): GateFacts['policy']['freeze'][number] {
  return {
    fromDay: 5,
    fromMinute: 960,
    toDay: 1,
    toMinute: 480,
    zone: 'UTC',
    text: 'Fri 16:00-Mon 08:00 UTC',
  }
}
