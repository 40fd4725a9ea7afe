import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openVexOf } from '../advisory/openvex.ts'
import { vexStatuses } from '../advisory/waiver.ts'
import { readEvidence } from './read-document.ts'
import { someAudit, someFinding } from './testing/some-evidence.ts'
import { applyVex } from './vex-waivers.ts'
import type { VexDocument, VexStatement } from './vex-waivers.ts'

const now = '2026-03-10T12:00:00.000Z'
const daysAgo = (days: number): string => new Date(Date.parse(now) - days * 86_400_000).toISOString()

const saying = (given: Partial<VexStatement> = {}): VexStatement => ({
  names: ['GHSA-aaaa-bbbb-cccc'],
  status: 'not_affected',
  reason: 'never called',
  packages: null,
  ...given,
})
const brought = (statements: VexStatement[], given: Partial<VexDocument> = {}): VexDocument => ({
  ...{ id: 'ev_9', recordedBy: 'lead', recordedAt: daysAgo(1), mayWaive: true },
  statements,
  ...given,
})
const facts = someAudit(now, { findings: [someFinding({ aliases: ['CVE-2026-1'] })] })
const waiverOf = (...documents: VexDocument[]) => applyVex(facts, documents, now).findings[0]?.waiver ?? null

describe('OpenVEX lays a waiver over a finding', () => {
  test('of whoever brought it, for 90 days from then', () => {
    expect(waiverOf(brought([saying()]))).toEqual({
      owner: 'lead',
      reason: 'never called (OpenVEX ev_9)',
      expires: '2026-06-07',
      status: 'not_affected',
      by: 'vex',
    })
    expect(waiverOf(brought([saying()], { recordedAt: daysAgo(90) }))).not.toBeNull()
    expect(waiverOf(brought([saying()], { recordedAt: daysAgo(91) }))).toBeNull()
  })

  test('by any name of the flaw, and only for the packages that it names', () => {
    const about = (name: string, version: string | null = null) =>
      waiverOf(brought([saying({ names: ['CVE-2026-1'], packages: [{ type: 'npm', name, version }] })]))
    expect(about('left')).not.toBeNull()
    expect(about('left', '1.0.0')).not.toBeNull()
    expect(about('left', '1.0.1')).toBeNull()
    expect(about('right')).toBeNull()
    expect(waiverOf(brought([saying({ packages: [] })]))).toBeNull()
    expect(waiverOf(brought([saying({ names: ['CVE-2026-2'] })]))).toBeNull()
  })

  test('only where it says why the finding does no harm', () => {
    expect(waiverOf(brought([saying({ reason: null })]))).toBeNull()
    expect(vexStatuses.filter((status) => waiverOf(brought([saying({ status })])) !== null)).toEqual([
      'not_affected',
      'fixed',
    ])
  })

  test('not where the newest document, or another line of the same, says otherwise', () => {
    const older = brought([saying()], { recordedAt: daysAgo(5) })
    const affected = saying({ status: 'under_investigation' })
    expect(waiverOf(older, brought([affected]))).toBeNull()
    expect(waiverOf(brought([affected], { recordedAt: daysAgo(9) }), older)).not.toBeNull()
    expect(waiverOf(brought([saying(), affected]))).toBeNull()
  })
})

test('who may not waive lets nothing pass, takes nothing back, and is named', () => {
  const stranger = brought([saying()], { mayWaive: false, recordedBy: 'ci', id: 'ev_2' })
  const weighed = applyVex(facts, [stranger], now)
  expect(weighed.findings).toEqual(facts.findings)
  expect(weighed.unweighed).toEqual([{ id: 'ev_2', by: 'ci' }])
  const denying = brought([saying({ status: 'affected' })], { mayWaive: false })
  expect(waiverOf(brought([saying()], { recordedAt: daysAgo(5) }), denying)).not.toBeNull()
})

test('whatever documents say, no finding is lost or changed but for its waiver', () => {
  const statement = fc.record({
    names: fc.subarray(['CVE-2026-1', 'CVE-2026-2']),
    status: fc.constantFrom(...vexStatuses),
    reason: fc.constantFrom(null, 'why'),
    packages: fc.constantFrom(null, [{ type: 'npm', name: 'left', version: null }]),
  })
  const document = fc.record({
    id: fc.constantFrom('ev_1', 'ev_2'),
    recordedBy: fc.constantFrom('lead', 'ci'),
    recordedAt: fc.integer({ min: 0, max: 120 }).map(daysAgo),
    mayWaive: fc.boolean(),
    statements: fc.array(statement, { maxLength: 4 }),
  })
  fc.assert(
    fc.property(fc.array(document, { maxLength: 4 }), (documents) => {
      const { findings } = applyVex(facts, documents, now)
      expect(findings.map((finding) => ({ ...finding, waiver: null }))).toEqual(facts.findings)
      const strangers = documents.map((one) => ({ ...one, mayWaive: false }))
      expect(applyVex(facts, strangers, now).findings).toEqual(facts.findings)
    }),
  )
})

describe('an OpenVEX document is read', () => {
  const read = (statement: object) => {
    const reading = readEvidence(
      JSON.stringify({
        ...{ '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://x.example/1', author: 'a' },
        ...{ timestamp: now, version: 1, statements: [statement] },
      }),
    )
    return reading.ok && reading.kind === 'vex' ? reading.facts.statements[0] : reading
  }
  const base = { vulnerability: { name: 'CVE-2026-1' }, status: 'not_affected', justification: 'x' }

  test.each([
    ['of an image, whole', [{ '@id': 'pkg:oci/shop' }], null],
    [
      'of two parts of one',
      [{ '@id': 'pkg:oci/shop', subcomponents: [{ '@id': 'pkg:npm/%40a/b@1' }] }],
      ['@a/b 1'],
    ],
    [
      'of a package itself',
      [{ identifiers: { purl: 'pkg:golang/example.com/a/b@v1.2.0' } }],
      ['example.com/a/b v1.2.0'],
    ],
    ['of a part that nobody can read', [{ '@id': 'x', subcomponents: [{ '@id': 'who knows' }] }], []],
    ['of a package that no inventory here holds', [{ '@id': 'pkg:maven/org.acme/a@1' }], []],
    ['of a package and an image', [{ '@id': 'pkg:cargo/rsa@0.9.8' }, { '@id': 'pkg:oci/shop' }], null],
  ])('%s', (_what, products, packages) => {
    expect(read({ ...base, products })).toMatchObject({
      names: ['CVE-2026-1'],
      reason: 'x',
      packages: packages === null ? null : packages.map((text) => ({ name: text.split(' ')[0] })),
    })
  })

  test('that we wrote ourselves', () => {
    const written = openVexOf(
      [
        {
          ...{ advisory: 'CVE-2026-1', package: null, file: null, owner: 'lead', reason: 'never called' },
          ...{ expires: '2026-05-01', status: 'not_affected' as const, line: 1 },
        },
      ],
      { product: 'pkg:oci/shop', author: 'lead', toolVersion: '1', now, id: 'https://x.example/1' },
    )
    const reading = readEvidence(JSON.stringify(written))
    expect(reading.ok && reading.kind === 'vex' && reading.facts.statements).toMatchObject([
      { names: ['CVE-2026-1'], status: 'not_affected', reason: 'never called', packages: null },
    ])
  })
})
