import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countsUnder } from './audit-verdict.ts'
import { readBaseline, writeBaseline } from './baseline-file.ts'
import {
  BASELINE_DAYS_MAX,
  baselineDaysFor,
  baselineRule,
  baselineSchedule,
  planBaseline,
} from './baseline.ts'
import type { BaselineEntry, BaselineRequest } from './baseline.ts'
import type { Finding } from './finding.ts'
import { someFinding } from './testing/some-advisory.ts'
import { applyWaivers } from './waiver.ts'

const now = new Date('2026-01-10T12:00:00Z')
const later = (days: number): Date => new Date(now.getTime() + days * 86_400_000)

const finding: fc.Arbitrary<Finding> = fc
  .record({
    id: fc.constantFrom('RUSTSEC-2026-0001', 'RUSTSEC-2026-0002', 'CVE-2026-0003'),
    package: fc.constantFrom('rand', 'time', '@scope/a'),
    file: fc.constantFrom('Cargo.lock', 'web/package-lock.json'),
    kind: fc.constantFrom('vulnerability' as const, 'unmaintained' as const, 'malicious' as const),
    severity: fc.constantFrom('critical' as const, 'high' as const, 'low' as const, 'unscored' as const),
    isExploited: fc.constantFrom(true, false, null),
  })
  .map((given) => someFinding({ ...given, aliases: [] }))
const findings = fc.array(finding, { maxLength: 8 })

const plan = (found: readonly Finding[], given: Partial<BaselineRequest> = {}) => {
  const at = given.now ?? now
  const entries = given.entries ?? []
  const judged = applyWaivers(found, entries.map(baselineRule), at).findings
  return planBaseline({
    entries,
    isJudged: () => true,
    result: { findings: judged, unknowns: [] },
    image: null,
    owner: 'alice',
    now: at,
    takesNew: true,
    ...given,
  })
}

const counted = (found: readonly Finding[], entries: readonly BaselineEntry[], at = now): Finding[] =>
  applyWaivers(found, entries.map(baselineRule), at).findings.filter((one) => countsUnder('warnings', one))

describe('a baseline', () => {
  test('lets all pass that was there, but what is exploited or made to do harm', () => {
    fc.assert(
      fc.property(findings, (found) => {
        const bad = found.filter(({ kind, isExploited }) => kind === 'malicious' || isExploited === true)
        expect(counted(found, plan(found).entries)).toEqual(bad)
      }),
    )
  })

  test('lets nothing pass that came after it', () => {
    fc.assert(
      fc.property(findings, (found) => {
        const fresh = someFinding({ id: 'RUSTSEC-2026-9999', aliases: [], package: 'fresh' })
        expect(counted([...found, fresh], plan(found).entries)).toContainEqual(fresh)
      }),
    )
  })

  test('is over after its days, the worse the sooner, whatever is written in between', () => {
    fc.assert(
      fc.property(findings, fc.array(fc.nat(200), { maxLength: 4 }), (found, days) => {
        const first = plan(found).entries
        const entries = days
          .toSorted((a, b) => a - b)
          .reduce((old, day) => plan(found, { entries: old, now: later(day) }).entries, first)
        expect(entries).toEqual(first)
        expect(counted(found, entries, later(BASELINE_DAYS_MAX + 1))).toEqual(found)
      }),
    )
    expect(
      (['critical', 'high', 'unscored', 'medium', 'low'] as const).map((severity) =>
        baselineDaysFor({ kind: 'vulnerability', severity }),
      ),
    ).toEqual([14, 30, 30, 90, 90])
  })

  test('shrinks: what is gone is taken out and told, and what others hold stays', () => {
    fc.assert(
      fc.property(findings, findings, fc.boolean(), (before, after, takesNew) => {
        const entries = plan(before).entries
        const isJudged = ({ file }: BaselineEntry): boolean => file === 'Cargo.lock'
        const found = after.filter(({ file }) => file === 'Cargo.lock')
        const next = plan(found, { entries, isJudged, takesNew })
        for (const entry of entries)
          expect(next.entries.includes(entry)).toBe(
            !isJudged(entry) ||
              found.some(({ id, package: name }) => id === entry.advisory && name === entry.package),
          )
        expect(next.entries.length).toBe(entries.length - next.gone.length + next.added.length)
      }),
    )
  })

  test('takes in nothing that is new unless it is told to, and says how much was left', () => {
    expect(plan([someFinding()], { takesNew: false })).toEqual({ entries: [], added: [], gone: [], left: 1 })
  })

  test('takes nothing out where something could not be judged', () => {
    const { entries } = plan([someFinding()])
    const unknowns = [{ what: 'data-too-old' as const, message: '', hint: '' }]
    expect(plan([], { entries, result: { findings: [], unknowns } })).toMatchObject({ entries, gone: [] })
  })

  test('stands behind a waiver, which is a decision', () => {
    const { entries } = plan([someFinding()])
    const rules = [
      ...entries.map(baselineRule),
      { ...baselineRule(entries[0] as BaselineEntry), owner: 'bob', by: undefined },
    ].map(({ by, ...rest }) => (by === undefined ? rest : { ...rest, by }))
    expect(applyWaivers([someFinding()], rules, now).findings[0]?.waiver?.owner).toBe('bob')
  })

  test('says how many pass until when', () => {
    const found = [
      someFinding(),
      someFinding({ id: 'A', severity: 'low' }),
      someFinding({ id: 'B', severity: 'low' }),
    ]
    const judged = applyWaivers(found, plan(found).entries.map(baselineRule), now).findings
    expect(baselineSchedule(judged)).toEqual([
      { expires: '2026-02-09', count: 1 },
      { expires: '2026-04-10', count: 2 },
    ])
  })
})

describe('the file of a baseline', () => {
  test('is read back as it was written, whatever names hold', () => {
    const word = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => text.trim() === text)
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word, fc.option(word)), { maxLength: 3 }), (all) => {
        const entries = all.map(([name, file, image]) => ({
          ...{ advisory: name, package: name, file, image, owner: file },
          ...{ since: '2026-01-10', expires: '2026-04-10' },
        }))
        const text = writeBaseline(entries.map((entry) => ({ ...entry, line: 0 })))
        expect(readBaseline({ path: 'b.yaml', text }, now)).toEqual({
          ok: true,
          records: entries.map((entry) => ({ ...entry, line: expect.any(Number) })),
        })
      }),
    )
  })

  test.each(['\u0000', 'a\u0007b', 'a\u0085b', '\u007F', 'a\u202Eb'])('keeps the sign in %j', (name) => {
    const entry = { advisory: name, package: name, file: name, image: null, owner: 'o', line: 0 }
    const text = writeBaseline([{ ...entry, since: '2026-01-10', expires: '2026-04-10' }])
    expect(readBaseline({ path: 'b.yaml', text }, now)).toMatchObject({
      ok: true,
      records: [{ advisory: name, package: name, file: name }],
    })
  })

  const good = 'advisory: A, package: p, file: f, since: 2026-01-01, expires: 2026-03-01, owner: o'
  test.each([
    ['without an owner', good.replace(', owner: o', ''), 'an entry of the baseline needs owner'],
    ['that begins tomorrow', good.replace('2026-01-01', '2026-01-11'), 'since is yet to come'],
    ['that holds too long', good.replace('2026-03-01', '2026-04-02'), 'an entry holds at most 90 days'],
    ['with a day that is none', good.replace('2026-03-01', '2026-02-30'), 'expires is a day'],
    ['with a key nobody knows', `${good}, reason: x`, 'reason is not known here'],
  ])('lets nothing pass by an entry %s', (_what, entry, message) => {
    expect(readBaseline({ path: 'b.yaml', text: `baseline:\n  - {${entry}}\n` }, now)).toMatchObject({
      ok: false,
      problems: [{ line: 2, message: expect.stringContaining(message) }],
    })
  })
})
