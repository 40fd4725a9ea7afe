import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeAudits } from './merge-audits.ts'
import { readEvidence } from './read-document.ts'
import { someAudit, someFinding } from './testing/some-evidence.ts'

const json = (document: object): string => JSON.stringify(document)
const tool = { name: 'towpath', version: '1.0.0' }

const audit = {
  ok: false,
  kind: 'audit',
  tool,
  findings: [someFinding()],
  unknowns: [],
  lockfiles: [{ file: 'package-lock.json', components: 3 }],
  advisories: { newest: '2026-03-01T00:00:00Z', count: 9 },
}
const sarif = (results: object[] | undefined, invocations: object[] = []): object => ({
  version: '2.1.0',
  runs: [{ tool: { driver: { name: 'clippy', version: '1' } }, results, invocations }],
})
const finding = (more: object = {}): object => ({
  ruleId: 'r1',
  message: { text: 'bad' },
  locations: [{ physicalLocation: { artifactLocation: { uri: 'a.rs' }, region: { startLine: 3 } } }],
  ...more,
})

describe('documents', () => {
  test('are known by their content', () => {
    expect(readEvidence(json(audit))).toMatchObject({ ok: true, kind: 'audit', format: 'towpath' })
    expect(readEvidence(json(sarif([])))).toMatchObject({ kind: 'static-analysis', format: 'sarif' })
    const bill = { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ type: 'library', name: 'a' }] }
    expect(readEvidence(json(bill))).toMatchObject({
      kind: 'sbom',
      facts: { components: 1, isIncomplete: false },
    })
    const vex = {
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': 'https://example.org/1',
      author: 'ann',
      timestamp: '2026-03-01T00:00:00Z',
      version: 1,
      statements: [{ vulnerability: { name: 'CVE-2026-1' }, status: 'not_affected', justification: 'x' }],
    }
    expect(readEvidence(json(vex))).toMatchObject({
      kind: 'vex',
      facts: { statements: [{ status: 'not_affected', reason: 'x' }] },
    })
    expect(readEvidence('<testsuite name="unit"><testcase name="a"/></testsuite>')).toMatchObject({
      kind: 'tests',
      facts: { tests: 1, failures: 0 },
    })
  })

  const refused: [string, string][] = [
    ['nothing', ''],
    ['a list', '[]'],
    ['half of JSON', '{"kind":"audit"'],
    ['some JSON', '{"a":1}'],
    ['another SARIF', json({ ...sarif([]), version: '2.0.0' })],
    ['SARIF without a run', json({ version: '2.1.0', runs: [] })],
    ['an audit without its advisories', json({ ...audit, advisories: undefined })],
    ['an audit whose findings are no list', json({ ...audit, findings: {} })],
    ['a bill of another kind', json({ bomFormat: 'CycloneDX', specVersion: '2.0' })],
    ['VEX without statements', json({ '@context': 'https://openvex.dev/ns', statements: [] })],
    ['other XML', '<html><testcase/></html>'],
    ['half of XML', '<testsuite><testcase>'],
    ['XML with entities of its own', '<!DOCTYPE a [<!ENTITY b "c">]><testsuite>&b;</testsuite>'],
  ]
  test.each(refused)('that are %s are refused, and never read as empty', (_what, text) => {
    expect(readEvidence(text).ok).toBe(false)
  })

  test('cannot stand for another kind than they are', () => {
    expect(readEvidence(json(audit), 'secrets').ok).toBe(false)
    expect(readEvidence(json(sarif([])), 'audit').ok).toBe(false)
    expect(readEvidence(json(sarif([])), 'secrets')).toMatchObject({ ok: true, kind: 'secrets' })
  })

  test('of any kind never make it throw', () => {
    const isTold = (text: string): void => {
      expect(readEvidence(text)).toHaveProperty('ok')
    }
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), isTold))
    const keys = fc.constantFrom('kind', 'runs', 'bomFormat', '@context', 'version', 'tool', 'findings')
    const values = fc.oneof(fc.jsonValue(), fc.constantFrom('audit', 'CycloneDX', '2.1.0', 'secrets'))
    fc.assert(fc.property(fc.dictionary(keys, values), (document) => isTold(json(document))))
  })

  test('cut anywhere are refused, and with any bytes changed never make it throw', () => {
    const samples = fc.constantFrom(
      json(audit),
      json(sarif([finding(), finding({ level: 'note' })])),
      json({ bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ type: 'library', name: 'a' }] }),
      '<testsuites><testsuite name="a"><testcase name="b"><failure>c</failure></testcase></testsuite></testsuites>',
    )
    const odd = fc.constantFrom(
      '"',
      '{',
      '<',
      ']]>',
      '<!--',
      '&amp;',
      '&a;',
      '\0',
      '__proto__',
      '\\',
      '9'.repeat(400),
    )
    fc.assert(
      fc.property(samples, fc.nat(), fc.oneof(odd, fc.string({ maxLength: 4 })), (text, at, put) => {
        const from = at % text.length
        expect(readEvidence(text.slice(0, from)).ok).toBe(false)
        expect(readEvidence(text.slice(0, from) + put + text.slice(from + 1))).toHaveProperty('ok')
      }),
      { numRuns: 500 },
    )
  })

  test('nested without end are refused or read, and never make it throw', () => {
    const deep = 100_000
    for (const text of [
      `${'['.repeat(deep)}${']'.repeat(deep)}`,
      `{"version":"2.1.0","runs":${'['.repeat(deep)}${']'.repeat(deep)}}`,
      `${'<testsuite>'.repeat(deep)}${'</testsuite>'.repeat(deep)}`,
    ])
      expect(readEvidence(text).ok).toBe(false)
  })
})

describe('SARIF', () => {
  const open = (...results: object[]): unknown => {
    const read = readEvidence(json(sarif(results)))
    return read.ok && read.kind === 'static-analysis' ? read.facts.open : read
  }
  test('counts errors and warnings, and what has no level', () => {
    expect(
      open(finding(), finding({ level: 'error' }), finding({ level: 'note' }), finding({ kind: 'pass' })),
    ).toBe(2)
  })
  test('takes a suppression only where nobody objects', () => {
    const suppressed = (...statuses: string[]): object =>
      finding({ suppressions: statuses.map((status) => ({ kind: 'external', status })) })
    expect(open(suppressed('accepted'), suppressed('underReview'), suppressed('accepted', 'rejected'))).toBe(
      2,
    )
  })
  test('of a finder of secrets is shown without its messages', () => {
    const leak = finding({ message: { text: 'found hunter2' } })
    const read = readEvidence(json(sarif([leak])), 'secrets')
    expect(read).toMatchObject({ facts: { open: 1, examples: ['a.rs:3 (r1)'] } })
    expect(JSON.stringify(read)).not.toContain('hunter2')
  })
  test('is unknown where the run failed or has no results', () => {
    for (const document of [sarif(undefined), sarif([], [{ executionSuccessful: false }])])
      expect(readEvidence(json(document))).toMatchObject({ facts: { unknowns: [expect.anything()] } })
  })
})

test('JUnit is counted case by case, whatever its totals say', () => {
  const text = `<?xml version="1.0"?><testsuites name="all" tests="99" failures="0">
    <testsuite name="a"><testcase name="1"/><testcase name="2"><failure message="no"/></testcase>
    <testcase name="3"><skipped/></testcase><testcase name="4"><error/></testcase></testsuite></testsuites>`
  expect(readEvidence(text)).toMatchObject({ facts: { tests: 4, failures: 1, errors: 1, skipped: 1 } })
})

describe('several audits of one commit', () => {
  const at = '2026-03-01T00:00:00.000Z'
  const of = (file: string, ...findings: ReturnType<typeof someFinding>[]) => ({
    recordedAt: at,
    facts: someAudit(at, { files: [file], findings: findings.map((one) => ({ ...one, file })) }),
  })
  test('count together, each for its own files', () => {
    const merged = mergeAudits([of('a/Cargo.lock'), of('package-lock.json', someFinding())])
    expect(merged?.facts.findings).toHaveLength(1)
    expect(merged?.facts.files).toEqual(['a/Cargo.lock', 'package-lock.json'])
  })
  test('of the same files are replaced by the newest', () => {
    expect(mergeAudits([of('Cargo.lock'), of('Cargo.lock', someFinding())])?.facts.findings).toEqual([])
  })
  test('are as old as the oldest of them', () => {
    const old = { ...of('b.lock'), recordedAt: '2026-02-01T00:00:00.000Z' }
    expect(mergeAudits([of('a.lock'), old])?.recordedAt).toBe('2026-02-01T00:00:00.000Z')
  })
  test('never lose a finding of a file that no newer one looked at', () => {
    const files = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 })
    fc.assert(
      fc.property(fc.array(files, { minLength: 1, maxLength: 5 }), (all) => {
        const audits = all.map((names, index) => ({
          recordedAt: at,
          facts: someAudit(at, {
            files: names,
            findings: names.map((file) => someFinding({ file, id: `F-${index}` })),
          }),
        }))
        const expected = [...new Set(all.flat())].map(
          (file) => `F-${all.findIndex((one) => one.includes(file))} ${file}`,
        )
        const found = mergeAudits(audits)?.facts.findings.map(({ id, file }) => `${id} ${file}`) ?? []
        expect(found.toSorted()).toEqual(expected.toSorted())
      }),
    )
  })
})
