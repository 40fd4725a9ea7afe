import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { audit } from './audit.ts'
import type { AuditInput } from './audit.ts'
import { auditVerdict, countsUnder } from './audit-verdict.ts'
import { failRules } from './fail-rule.ts'
import { readWaivers } from './read-waivers.ts'
import {
  indexOf,
  noFacts,
  osvRecord,
  someComponent,
  someFinding,
  someInventory,
} from './testing/some-advisory.ts'
import { applyWaivers } from './waiver.ts'
import type { FindingWaiverRule } from './waiver.ts'

const now = new Date('2026-01-10T12:00:00Z')
const day = 86_400_000

const run = (
  given: Partial<AuditInput> = {},
  records: readonly object[] = [osvRecord({ id: 'RUSTSEC-2026-0001', name: 'bad' })],
) =>
  audit({
    inventories: [someInventory([someComponent({ name: 'good' })])],
    data: {
      digest: 'sha256:00',
      newest: '2026-01-09T00:00:00Z',
      count: 1,
      unread: 0,
      ecosystems: { 'crates.io': 1 },
      partial: [],
      index: (ecosystem) => indexOf(records, ecosystem),
    },
    facts: noFacts,
    waivers: [],
    rule: 'vulnerabilities',
    now,
    ageMaxMs: 7 * day,
    ...given,
  })

describe('an audit', () => {
  test('is clean where all was judged and nothing is known', () => {
    expect(run()).toMatchObject({ verdict: 'clean', isFailure: false, findings: [], unknowns: [] })
  })

  test('fails on a vulnerability', () => {
    const inventories = [someInventory([someComponent({ name: 'bad' })])]
    expect(run({ inventories })).toMatchObject({ verdict: 'findings', isFailure: true, counted: 1 })
  })

  test('is unknown where the advisories do not cover the ecosystem, and says which file', () => {
    const result = run({
      inventories: [{ ...someInventory([someComponent({ ecosystem: 'npm' })]), file: 'package-lock.json' }],
    })
    expect(result).toMatchObject({
      verdict: 'unknown',
      isFailure: true,
      unknowns: [
        { what: 'ecosystem-not-covered', message: expect.stringContaining('package-lock.json (1)') },
      ],
    })
  })

  test('names one command that brings every ecosystem that is asked for, the covered ones too', () => {
    const of = (ecosystem: 'npm' | 'crates.io', file: string) => ({
      ...someInventory([someComponent({ ecosystem })]),
      file,
    })
    const { unknowns } = run({ inventories: [of('npm', 'a.json'), of('crates.io', 'Cargo.lock')] })
    expect(unknowns).toMatchObject([
      { hint: expect.stringContaining("towpath advisories sync --ecosystem 'crates.io' --ecosystem 'npm'") },
    ])
  })

  test('is unknown where the data is too old, unless its age is taken as it is', () => {
    const old = new Date(now.getTime() + 30 * day)
    expect(run({ now: old }).unknowns).toMatchObject([{ what: 'data-too-old' }])
    expect(run({ now: old, ageMaxMs: null })).toMatchObject({ verdict: 'clean', unknowns: [] })
  })

  test('is unknown where the newest record is yet to come, and bears clocks that are a little apart', () => {
    const early = (ms: number) => run({ now: new Date(Date.parse('2026-01-09T00:00:00Z') - ms) })
    expect(early(2 * 3_600_000)).toMatchObject({
      verdict: 'unknown',
      unknowns: [{ what: 'data-too-old', message: expect.stringContaining('yet to come') }],
    })
    expect(early(60_000)).toMatchObject({ verdict: 'clean' })
  })

  test('is unknown where records could not be read, where a lockfile has gaps, and where there is no data at all', () => {
    const data = {
      digest: '',
      newest: null,
      count: 0,
      unread: 2,
      ecosystems: { 'crates.io': 0 },
      partial: [],
      index: (ecosystem: string) => indexOf([], ecosystem),
    }
    const gap = { file: 'Cargo.lock', line: 4, message: 'a package has no readable name and version' }
    const { unknowns, verdict } = run({ data, inventories: [{ ...someInventory([]), gaps: [gap] }] })
    expect(unknowns.map(({ what }) => what)).toEqual(['data-too-old', 'data-unreadable', 'inventory-gap'])
    expect(verdict).toBe('unknown')
  })

  test('never fails under --fail-on none, and never calls unknown clean', () => {
    const inventories = [
      someInventory([someComponent({ name: 'bad' })]),
      someInventory([someComponent({ ecosystem: 'npm' })]),
    ]
    expect(run({ inventories, rule: 'none' })).toMatchObject({
      verdict: 'unknown',
      isFailure: false,
      counted: 0,
    })
  })
})

describe('what counts', () => {
  const vulnerability = (severity: 'low' | 'medium' | 'high' | 'critical' | 'unscored') =>
    someFinding({ severity })
  const rows: [string, ReturnType<typeof someFinding>, string[]][] = [
    ['a low vulnerability', vulnerability('low'), ['vulnerabilities', 'warnings', 'low']],
    ['a high vulnerability', vulnerability('high'), ['vulnerabilities', 'warnings', 'low', 'medium', 'high']],
    [
      'an unscored one, as high',
      vulnerability('unscored'),
      ['vulnerabilities', 'warnings', 'low', 'medium', 'high'],
    ],
    [
      'a critical one',
      vulnerability('critical'),
      ['vulnerabilities', 'warnings', 'low', 'medium', 'high', 'critical'],
    ],
    ['unsound code', someFinding({ kind: 'unsound' }), ['warnings']],
    ['an unmaintained package', someFinding({ kind: 'unmaintained', severity: 'unscored' }), ['warnings']],
    [
      'malware',
      someFinding({ kind: 'malicious', severity: 'unscored' }),
      failRules.filter((rule) => rule !== 'none'),
    ],
    [
      'what is exploited',
      someFinding({ severity: 'low', isExploited: true }),
      failRules.filter((rule) => rule !== 'none'),
    ],
    [
      'what is waived',
      someFinding({ waiver: { owner: 'a', reason: 'b', expires: '2026-02-01', status: 'affected' } }),
      [],
    ],
  ]
  test.each(rows)('%s', (_what, finding, rules) => {
    expect(failRules.filter((rule) => countsUnder(rule, finding))).toEqual(rules)
  })

  test('with what ships alone, what is for development or locked only counts no more, unless it is exploited', () => {
    const counts = (given: Parameters<typeof someFinding>[0]) =>
      countsUnder('warnings', someFinding(given), true)
    expect(
      (['shipped', 'unknown', 'dev-only', 'locked-only'] as const).filter((presence) => counts({ presence })),
    ).toEqual(['shipped', 'unknown'])
    expect(counts({ presence: 'dev-only', isExploited: true })).toBe(true)
    expect(counts({ presence: 'locked-only', kind: 'malicious' })).toBe(true)
  })

  test('a stricter severity never counts more', () => {
    const ranks = ['low', 'medium', 'high', 'critical'] as const
    const finding = fc.constantFrom(...rows.map(([, one]) => one))
    fc.assert(
      fc.property(fc.array(finding), (findings) => {
        const counted = ranks.map((rule) => auditVerdict({ rule, findings, unknowns: [] }).counted)
        expect(counted).toEqual(counted.toSorted((a, b) => b - a))
      }),
    )
  })
})

const rule = (given: Partial<FindingWaiverRule> = {}): FindingWaiverRule => ({
  advisory: 'RUSTSEC-2026-0001',
  package: null,
  file: null,
  owner: 'alice',
  reason: 'not reachable',
  expires: '2026-02-01',
  status: 'not_affected',
  line: 2,
  ...given,
})

describe('a waiver', () => {
  test('lets its finding pass by its id or any alias, and says who answers for it', () => {
    for (const advisory of ['RUSTSEC-2026-0001', 'CVE-2026-0001'])
      expect(applyWaivers([someFinding()], [rule({ advisory })], now).findings).toMatchObject([
        { waiver: { owner: 'alice', status: 'not_affected' } },
      ])
  })

  test('holds through its last day, and then its finding counts again and its owner is named', () => {
    const expires = '2026-01-10'
    expect(applyWaivers([someFinding()], [rule({ expires })], now).findings[0]?.waiver).not.toBeNull()
    const over = applyWaivers([someFinding()], [rule({ expires })], new Date('2026-01-11T00:00:00Z'))
    expect(over.findings[0]?.waiver).toBeNull()
    expect(over.expired).toMatchObject([{ owner: 'alice' }])
  })

  test('of another package or file lets nothing pass, and is told as unused', () => {
    for (const given of [
      { package: 'other' },
      { file: 'other/Cargo.lock' },
      { advisory: 'RUSTSEC-2026-9999' },
    ]) {
      const { findings, unused } = applyWaivers([someFinding()], [rule(given)], now)
      expect(findings[0]?.waiver).toBeNull()
      expect(unused).toHaveLength(1)
    }
  })

  test('that another one replaces is over without a word', () => {
    const rules = [rule({ expires: '2026-01-01' }), rule()]
    const { findings, expired } = applyWaivers([someFinding()], rules, now)
    expect([findings[0]?.waiver?.expires, expired]).toEqual(['2026-02-01', []])
  })

  test.each(['not_affected', 'affected', 'fixed'] as const)('that says %s lets pass', (status) => {
    expect(applyWaivers([someFinding()], [rule({ status })], now).findings).toMatchObject([
      { waiver: { status } },
    ])
  })

  test('of what is still looked into lets nothing pass, and is told: unknown never passes', () => {
    const rules = [rule({ status: 'under_investigation' })]
    expect(applyWaivers([someFinding()], rules, now)).toMatchObject({
      findings: [{ waiver: null }],
      undecided: rules,
      unused: [],
    })
  })

  test('names its package as any tool writes it', () => {
    const finding = someFinding({ package: 'flask-login', ecosystem: 'PyPI' })
    const { findings } = applyWaivers([finding], [rule({ package: 'Flask_Login' })], now)
    expect(findings[0]?.waiver).not.toBeNull()
  })

  test('never lets a package pass that was made to do harm', () => {
    expect(applyWaivers([someFinding({ kind: 'malicious' })], [rule()], now).findings[0]?.waiver).toBeNull()
  })
})

describe('a file of waivers', () => {
  const read = (text: string) => readWaivers({ path: '.towpath/waivers.yaml', text }, now)
  const messages = (text: string): string[] => {
    const result = read(text)
    return result.ok ? [] : result.problems.map(({ line, message }) => `${line} ${message}`)
  }

  test('gives each with its line', () => {
    const text = `waivers:\n  - advisory: RUSTSEC-2023-0071\n    package: rsa\n    owner: alice\n    reason: no key is used over a network\n    expires: 2026-03-31\n    status: not_affected\n`
    expect(read(text)).toEqual({
      ok: true,
      waivers: [
        {
          advisory: 'RUSTSEC-2023-0071',
          package: 'rsa',
          file: null,
          owner: 'alice',
          reason: 'no key is used over a network',
          expires: '2026-03-31',
          status: 'not_affected',
          line: 2,
        },
      ],
    })
    expect(read('')).toEqual({ ok: true, waivers: [] })
  })

  test('tells every mistake at once: nothing passes without owner, reason and end', () => {
    expect(messages('waivers:\n  - advisory: A-1\n    onwer: bob\n')).toEqual([
      '2 a waiver needs owner',
      '2 a waiver needs reason',
      '2 a waiver needs expires',
      '3 onwer is not known here',
    ])
  })

  test.each(['2026-02-30', 'soon', '2027', '2026-1-1'])('%s is no end', (expires) => {
    expect(messages(`waivers:\n  - {advisory: A-1, owner: a, reason: b, expires: "${expires}"}\n`)).toEqual([
      '2 expires is a day such as 2026-03-31',
    ])
  })

  test('holds nothing longer than 90 days', () => {
    const until = (expires: string) =>
      messages(`waivers:\n  - {advisory: A-1, owner: a, reason: b, expires: ${expires}}\n`)
    expect(until('2026-04-10')).toEqual([])
    expect(until('2026-04-11')).toEqual(['2 a waiver holds at most 90 days'])
  })

  test('of any text gives waivers or problems, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `waivers:\n  - ${text}\n`),
        ),
        (text) => {
          expect(typeof read(text).ok).toBe('boolean')
        },
      ),
    )
  })
})
