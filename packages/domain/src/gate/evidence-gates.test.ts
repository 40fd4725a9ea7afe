import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Severity } from '../advisory/severity.ts'
import { evidenceGates, noEvidencePolicy } from '../evidence/evidence-policy.ts'
import type { EvidenceGate, EvidencePolicy } from '../evidence/evidence-policy.ts'
import type { JudgedFinding } from '../evidence/facts.ts'
import { findingKey } from '../evidence/subject-evidence.ts'
import {
  everyGate,
  goodEvidence,
  present,
  someAudit,
  someCommit,
  someFinding,
} from '../evidence/testing/some-evidence.ts'
import { evaluateGates } from './evaluate-gates.ts'
import type { CommitEvidence, EvidenceSeen, ImageEvidence, ReleaseEvidence } from './evidence-facts.ts'
import type { GateFacts } from './gate-facts.ts'
import { gates } from './gates.ts'
import { weighFinding } from './weigh-findings.ts'

const now = '2026-03-10T12:00:00.000Z'
const hoursAgo = (hours: number): string => new Date(Date.parse(now) - hours * 3_600_000).toISOString()
const day = (days: number): string => new Date(Date.parse(now) + days * 86_400_000).toISOString().slice(0, 10)

const factsWith = (evidence: ReleaseEvidence | undefined, policy: EvidencePolicy = everyGate): GateFacts => ({
  now,
  environment: 'production',
  deployment: { id: 'dep_1', kind: 'deploy', release: '1.0.0', requestedBy: 'ann', first: false },
  release: { version: '1.0.0', author: 'ann', schema: 'none', migrates: false },
  policy: { version: 1, approvals: 0, needs: [], freeze: [], hosts: [], evidence: policy },
  approvals: [],
  previous: null,
  needed: [],
  frozen: null,
  host: { at: now, value: { engine: 'docker', version: '20' } },
  disk: { at: now, value: { freeBytes: 2, neededBytes: 1 } },
  images: [],
  ...(evidence === undefined ? {} : { evidence }),
  database: null,
  edge: null,
  foreign: { at: now, value: [] },
  schema: null,
  backup: { configured: false, madeAt: null },
})

const ours = gates.filter(({ name }) => (evidenceGates as readonly string[]).includes(name))
const answers = (evidence: ReleaseEvidence | undefined, policy?: EvidencePolicy) =>
  new Map(evaluateGates(factsWith(evidence, policy), [], ours).map((result) => [result.gate, result]))
const answerOf = (gate: EvidenceGate, evidence: ReleaseEvidence | undefined, policy?: EvidencePolicy) =>
  answers(evidence, policy).get(gate)

const good = goodEvidence(now)
const [commit] = good.commits
const [image] = good.images
const withCommit = (part: Partial<CommitEvidence>): ReleaseEvidence => ({
  ...good,
  commits: good.commits.map((one) => ({ ...one, ...part })),
})
const withImage = (part: Partial<ImageEvidence>): ReleaseEvidence => ({
  ...good,
  images: good.images.map((one) => ({ ...one, ...part })),
})
const auditOf = (findings: readonly JudgedFinding[], recordedAt = now): ReleaseEvidence =>
  withCommit({ audit: present(someAudit(now, { findings }), recordedAt) })

/** Where each gate looks. */
const places: Record<EvidenceGate, (seen: EvidenceSeen<never>) => ReleaseEvidence> = {
  audit: (audit) => withCommit({ audit }),
  'image-scan': (scan) => withImage({ scan }),
  'sbom-present': (sbom) => withImage({ sbom }),
  provenance: (provenance) => withImage({ provenance }),
  pinning: (pinning) => withCommit({ pinning }),
  secrets: (secrets) => withCommit({ secrets }),
  'static-analysis': (seen) => withCommit({ 'static-analysis': seen }),
  tests: (tests) => withCommit({ tests }),
}

describe('a gate over evidence', () => {
  test('lets a release through whose evidence is all there and good', () => {
    expect([...answers(good).values()].map(({ gate, answer }) => [gate, answer])).toEqual(
      evidenceGates.map((gate) => [gate, 'pass']),
    )
  })

  test('is not applicable where the environment does not ask, whatever the evidence', () => {
    const none = answers(undefined, noEvidencePolicy)
    expect([...none.values()].every(({ answer }) => answer === 'not-applicable')).toBe(true)
  })

  const bad: [string, EvidenceSeen<never>][] = [
    ['missing', { state: 'absent' }],
    ['altered', { state: 'unreadable', why: 'its document is not the one that was signed' }],
  ]
  test.each(evidenceGates.flatMap((gate) => bad.map(([what, seen]) => [gate, what, seen] as const)))(
    '%s is unknown where its evidence is %s, and says what to run',
    (gate, _what, seen) => {
      const answer = answerOf(gate, places[gate](seen))
      expect(answer).toMatchObject({ answer: 'unknown', fix: expect.stringContaining('towpath ') })
    },
  )

  test.each(evidenceGates)('%s is unknown where nobody looked, or the release holds no build', (gate) => {
    expect(answerOf(gate, undefined)?.answer).toBe('unknown')
    expect(answerOf(gate, { commits: [], images: [], firstSeen: {} })?.answer).toBe('unknown')
  })

  test('audit is unknown where the commit has a lockfile that nobody audited, and names it', () => {
    const repository = { all: ['package-lock.json', 'web/yarn.lock'], audited: ['package-lock.json'] }
    const answer = answerOf('audit', withCommit({ audit: present(someAudit(now, { repository }), now) }))
    expect(answer).toMatchObject({ answer: 'unknown', why: expect.stringContaining('web/yarn.lock') })
  })

  test('a build that does not say its commit has no evidence, even where other commits have', () => {
    const evidence = {
      ...good,
      commits: [...good.commits, { ...commit!, commit: null, services: ['frontend'] }],
    }
    expect(answerOf('audit', evidence)).toMatchObject({
      answer: 'unknown',
      why: expect.stringContaining('frontend'),
      fix: expect.stringContaining('--commit'),
    })
  })

  test('one bad subject among good ones decides', () => {
    const second = { ...image!, image: `sha256:${'b'.repeat(64)}`, sbom: { state: 'absent' } as const }
    expect(answerOf('sbom-present', { ...good, images: [...good.images, second] })?.answer).toBe('unknown')
  })

  test('never passes on missing, altered, stale or unjudged evidence, whatever else is true', () => {
    const spoiled = fc.constantFrom<EvidenceSeen<ReturnType<typeof someAudit>>>(
      { state: 'absent' },
      { state: 'unreadable', why: 'altered' },
      present(someAudit(now, { newestAdvisory: hoursAgo(49) }), now),
      present(someAudit(now, { newestAdvisory: hoursAgo(-1) }), now),
      present(someAudit(now, { newestAdvisory: null }), now),
      present(someAudit(now, { newestAdvisory: 'soon' }), now),
      present(someAudit(now), hoursAgo(49)),
      present(someAudit(now), 'some day'),
      present(someAudit(now, { unknowns: [{ message: 'npm is not covered', hint: 'import it' }] }), now),
      present(someAudit(now, { files: [] }), now),
    )
    const policy = fc.record<EvidencePolicy>({
      gates: fc.constant([...evidenceGates]),
      severity: fc.constantFrom('low', 'medium', 'high', 'critical'),
      onlyFixable: fc.boolean(),
      graceMs: fc.constant({ low: 1e12, medium: 1e12, high: 1e12, critical: 1e12 }),
      dataAgeMaxMs: fc.integer({ min: 0, max: 48 * 3_600_000 }),
      repositoryWaivers: fc.boolean(),
    })
    fc.assert(
      fc.property(spoiled, policy, fc.boolean(), (seen, asked, isFirst) => {
        const fine = commit!
        const other = { ...fine, audit: seen, services: ['worker'] }
        const commits = isFirst ? [other, fine] : [fine, other]
        const images = good.images.map((one) => ({ ...one, scan: seen }))
        const all = answers({ ...good, commits, images }, asked)
        for (const gate of ['audit', 'image-scan'])
          expect(['fail', 'unknown']).toContain(all.get(gate)?.answer)
      }),
    )
  })
})

describe('findings', () => {
  const finding = fc.record<JudgedFinding>({
    id: fc.constantFrom('GHSA-1', 'GHSA-2'),
    aliases: fc.constant([]),
    package: fc.constantFrom('a', 'b'),
    version: fc.constant('1.0.0'),
    kind: fc.constantFrom(
      'vulnerability',
      'wrong-architecture',
      'unsound',
      'unmaintained',
      'notice',
      'malicious',
      'yanked',
    ),
    severity: fc.constantFrom<Severity>('none', 'low', 'medium', 'high', 'critical', 'unscored'),
    fixed: fc.option(fc.constant('2.0.0')),
    presence: fc.constantFrom('shipped', 'locked-only', 'dev-only', 'unknown'),
    isExploited: fc.constantFrom(true, false, null),
    file: fc.constant('package-lock.json'),
    waiver: fc.option(
      fc.record({
        owner: fc.constant('ann'),
        reason: fc.constant('not reached'),
        expires: fc.constantFrom(day(-1), day(0), day(30)),
        status: fc.constant('not_affected'),
      }),
    ),
  })
  const firstSeen = { 'GHSA-1 a': hoursAgo(1), 'GHSA-2 b': hoursAgo(1_000) }
  const policy = fc.record<EvidencePolicy>({
    gates: fc.constant(['audit']),
    severity: fc.constantFrom('low', 'medium', 'high', 'critical'),
    onlyFixable: fc.boolean(),
    graceMs: fc.constantFrom(noEvidencePolicy.graceMs, { low: 1e8, medium: 1e8, high: 1e8, critical: 1e7 }),
    dataAgeMaxMs: fc.constant(48 * 3_600_000),
    repositoryWaivers: fc.boolean(),
  })

  test('what is exploited or made to do harm blocks under every policy and every waiver', () => {
    fc.assert(
      fc.property(finding, policy, (one, asked) => {
        fc.pre(one.kind === 'malicious' || one.isExploited === true)
        expect(weighFinding(one, { policy: asked, now, firstSeen })).toBe('blocks')
      }),
    )
  })

  test('a stricter policy never lets through what a looser one held up', () => {
    fc.assert(
      fc.property(finding, policy, (one, asked) => {
        const strictest: EvidencePolicy = {
          ...asked,
          severity: 'low',
          onlyFixable: false,
          graceMs: noEvidencePolicy.graceMs,
          repositoryWaivers: false,
        }
        fc.pre(weighFinding(one, { policy: asked, now, firstSeen }) === 'blocks')
        expect(weighFinding(one, { policy: strictest, now, firstSeen })).toBe('blocks')
      }),
    )
  })

  test('a waiver that is over lets nothing pass', () => {
    fc.assert(
      fc.property(finding, policy, (one, asked) => {
        const expired = { ...one, waiver: { owner: 'o', reason: 'r', expires: day(-1), status: 'fixed' } }
        const without = { ...one, waiver: null }
        const weighing = { policy: asked, now, firstSeen }
        expect(weighFinding(expired, weighing)).toBe(weighFinding(without, weighing))
      }),
    )
  })

  const high = { ...noEvidencePolicy, gates: ['audit' as const] }
  const weight = (given: Partial<JudgedFinding>, asked: Partial<EvidencePolicy> = {}, seen = {}) =>
    weighFinding(someFinding(given), { policy: { ...high, ...asked }, now, firstSeen: seen })

  test('without a score counts as high', () => {
    expect(weight({ severity: 'unscored' })).toBe('blocks')
    expect(weight({ severity: 'unscored' }, { severity: 'critical' })).toBe('below')
  })

  test('counts only what ships, where that is known', () => {
    expect(weight({ presence: 'dev-only' })).toBe('not-shipped')
    expect(weight({ presence: 'locked-only' })).toBe('not-shipped')
    expect(weight({ presence: 'unknown' })).toBe('blocks')
    expect(weight({ presence: 'shipped' })).toBe('blocks')
  })

  test('may stay for a time counted from its first sight, and not a moment longer', () => {
    const graceMs = { ...high.graceMs, high: 24 * 3_600_000 }
    const key = findingKey(someFinding())
    expect(weight({}, { graceMs }, { [key]: hoursAgo(23) })).toBe('in-grace')
    expect(weight({}, { graceMs }, { [key]: hoursAgo(24) })).toBe('blocks')
    expect(weight({}, { graceMs })).toBe('blocks')
    expect(weight({ isExploited: true }, { graceMs }, { [key]: hoursAgo(1) })).toBe('blocks')
  })

  test('that counts is named, with the command for the next step', () => {
    expect(answerOf('audit', auditOf([someFinding()]))).toMatchObject({
      answer: 'fail',
      why: expect.stringContaining('GHSA-aaaa-bbbb-cccc in left 1.0.0 (high, fixed in 1.0.1)'),
      fix: expect.stringContaining(`towpath evidence add audit.json --commit ${someCommit}`),
    })
  })

  test('that is waived lets the gate pass, and the waiver stays in its answer', () => {
    const waiver = { owner: 'ann', reason: 'no such call', expires: day(3), status: 'not_affected' }
    expect(answerOf('audit', auditOf([someFinding({ waiver })]))).toMatchObject({
      answer: 'pass',
      waivers: [
        {
          advisory: 'GHSA-aaaa-bbbb-cccc',
          package: 'left 1.0.0',
          owner: 'ann',
          reason: 'no such call',
          expires: day(3),
        },
      ],
    })
    const refused = { ...everyGate, repositoryWaivers: false }
    expect(answerOf('audit', auditOf([someFinding({ waiver })]), refused)?.answer).toBe('fail')
    const byVex = { ...waiver, by: 'vex' as const }
    expect(answerOf('audit', auditOf([someFinding({ waiver: byVex })]), refused)?.answer).toBe('pass')
  })

  test('are worse than what is unknown: both at once fail', () => {
    const audit = someAudit(now, { findings: [someFinding()], newestAdvisory: hoursAgo(500) })
    expect(answerOf('audit', withCommit({ audit: present(audit, now) }))?.answer).toBe('fail')
  })
})

test('all evidence is fresh only where every check by advisories is', () => {
  const fresh = gates.filter(({ name }) => name === 'evidence-fresh')
  const answer = (evidence: ReleaseEvidence) => evaluateGates(factsWith(evidence), [], fresh)[0]?.answer
  expect(answer(good)).toBe('pass')
  expect(answer(auditOf([], hoursAgo(49)))).toBe('unknown')
})

describe('results', () => {
  const rows: [EvidenceGate, EvidenceSeen<unknown>, string][] = [
    ['secrets', present({ open: 1, suppressed: 0, examples: ['a:1 key'], unknowns: [] }, now), 'fail'],
    [
      'secrets',
      present({ open: 0, suppressed: 0, examples: [], unknowns: [{ message: 'x', hint: 'y' }] }, now),
      'unknown',
    ],
    ['pinning', present({ open: 0, suppressed: 2, examples: [], unknowns: [] }, now), 'pass'],
    ['tests', present({ tests: 0, failures: 0, errors: 0, skipped: 0 }, now), 'unknown'],
    ['tests', present({ tests: 2, failures: 0, errors: 0, skipped: 2 }, now), 'unknown'],
    ['tests', present({ tests: 2, failures: 0, errors: 1, skipped: 0 }, now), 'fail'],
    ['sbom-present', present({ components: 0, isIncomplete: false }, now), 'unknown'],
    ['sbom-present', present({ components: 9, isIncomplete: true }, now), 'unknown'],
  ]
  test.each(rows)('of %s, %j, make it %s', (gate, seen, answer) => {
    expect(answerOf(gate, places[gate](seen as EvidenceSeen<never>))?.answer).toBe(answer)
  })
})
