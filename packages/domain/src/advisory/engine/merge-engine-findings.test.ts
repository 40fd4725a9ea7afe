import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { audit } from '../audit.ts'
import {
  indexOf,
  noFacts,
  osvRecord,
  someComponent,
  someFinding,
  someInventory,
} from '../testing/some-advisory.ts'
import type { EngineFinding, EngineReport } from './engine.ts'
import { engineNames } from './engine.ts'
import { applyWaivers } from '../waiver.ts'
import { mergeEngineFindings } from './merge-engine-findings.ts'

const told = (given: Partial<EngineFinding> = {}): EngineFinding => ({
  ids: ['CVE-2026-1'],
  package: 'bad',
  version: '1.0.0',
  registry: null,
  kind: 'vulnerability',
  severity: 'medium',
  score: 5,
  fixes: [],
  file: 'Cargo.lock',
  summary: '',
  ...given,
})
const report = (
  findings: readonly EngineFinding[],
  engine: EngineReport['engine'] = 'trivy',
): EngineReport => ({ engine, sha256: '0'.repeat(64), ok: true, findings })

const bad = someComponent({ name: 'bad', version: '1.0.0', file: 'Cargo.lock' })
const inventories = [someInventory([bad])]
const own = someFinding({
  id: 'RUSTSEC-2026-0001',
  aliases: ['CVE-2026-1'],
  package: 'bad',
  version: '1.0.0',
  file: 'Cargo.lock',
  ecosystem: 'crates.io',
  severity: 'high',
  score: 8,
  fixed: null,
})
const merge = (reports: readonly EngineReport[], findings = [own], at = inventories) =>
  mergeEngineFindings({ findings, reports, inventories: at, facts: noFacts })
const seen = (findings: ReturnType<typeof merge>) =>
  findings.map(({ id, seenBy }) => `${id} ${seenBy?.join('+') ?? ''}`)

describe('findings of engines', () => {
  test('of the same flaw, by any of its names, are one finding that says who saw it', () => {
    const reports = [
      report([told()]),
      report([told({ ids: ['GHSA-1', 'CVE-2026-1'] })], 'grype'),
      // By a name that only the one before brought.
      report([told({ ids: ['GHSA-1'] })], 'osv-scanner'),
    ]
    expect(seen(merge(reports))).toEqual(['RUSTSEC-2026-0001 towpath+trivy+grype+osv-scanner'])
  })

  test('that nobody else saw are added, with the place that the inventory knows', () => {
    const [, added] = merge([report([told({ ids: ['CVE-2026-2'] })])])
    expect(added).toMatchObject({
      id: 'CVE-2026-2',
      file: 'Cargo.lock',
      ecosystem: 'crates.io',
      path: bad.path,
      seenBy: ['trivy'],
    })
  })

  test('of another package or version stay apart', () => {
    expect(merge([report([told({ package: 'worse' }), told({ version: '1.0.1' })])])).toHaveLength(3)
  })

  test('of one database stay two, even where they share a name', () => {
    const reports = [
      report([told({ ids: ['RUSTSEC-2026-0002', 'CVE-2026-1'] })], 'cargo-audit'),
      report([told({ ids: ['RUSTSEC-2026-0001'] })], 'osv-scanner'),
    ]
    expect(seen(merge(reports))).toEqual([
      'RUSTSEC-2026-0001 towpath+osv-scanner',
      'RUSTSEC-2026-0002 cargo-audit',
    ])
  })

  test('are as bad as the worst of them says, and keep the version that mends', () => {
    const reports = [report([told({ severity: 'critical', score: 9.8, fixes: ['1.0.2'] })])]
    expect(merge(reports)).toMatchObject([{ severity: 'critical', score: 9.8, fixed: '1.0.2' }])
    expect(merge([report([told({ severity: 'low', score: 1 })])])).toMatchObject([
      { severity: 'high', score: 8 },
    ])
  })

  test('of a package that several files pin are about the file that is named, and about all where none is', () => {
    const at = [
      someInventory([bad]),
      { ...someInventory([{ ...bad, file: 'b/Cargo.lock' }]), file: 'b/Cargo.lock' },
    ]
    const filesOf = (file: string | null) =>
      merge([report([told({ ids: ['CVE-2026-2'], file })])], [], at).map((finding) => finding.file)
    expect(filesOf('b/Cargo.lock')).toEqual(['b/Cargo.lock'])
    expect(filesOf(null)).toEqual(['Cargo.lock', 'b/Cargo.lock'])
    expect(filesOf('image.tar (debian 12)')).toEqual(['Cargo.lock', 'b/Cargo.lock'])
  })

  test('are of the same package where only its name is written otherwise', () => {
    const component = someComponent({
      ecosystem: 'PyPI',
      name: 'zope.interface',
      version: '5',
      file: 'uv.lock',
    })
    const at = [{ ...someInventory([component]), ecosystem: 'PyPI' as const, file: 'uv.lock' }]
    const [found] = merge(
      [report([told({ package: 'Zope_Interface', version: '5', file: 'uv.lock' })])],
      [],
      at,
    )
    expect(found).toMatchObject({ package: 'zope.interface', ecosystem: 'PyPI' })
  })

  test('are of the registry that is said, where one of that name is there', () => {
    const other = { ...bad, ecosystem: 'npm' as const, file: 'package-lock.json' }
    const at = [someInventory([bad]), { ...someInventory([other]), file: 'package-lock.json' }]
    const placesOf = (registry: EngineFinding['registry']) =>
      merge([report([told({ registry, file: null })])], [], at).map(({ ecosystem }) => ecosystem)
    expect(placesOf('npm')).toEqual(['npm'])
    expect(placesOf(null)).toEqual(['crates.io', 'npm'])
    expect(placesOf('PyPI')).toEqual(['crates.io', 'npm'])
  })

  test('are mended by the first version behind the one that is there, of all lines of releases', () => {
    const at = [someInventory([someComponent({ name: 'bad', version: '2.1.0', file: 'Cargo.lock' })])]
    const fixedOf = (...fixes: string[]) =>
      merge([report([told({ version: '2.1.0', fixes })])], [], at).map(({ fixed }) => fixed)
    expect(fixedOf('1.9.9', '3.0.1', '2.1.4')).toEqual(['2.1.4'])
    expect(fixedOf('1.9.9')).toEqual([null])
    expect(fixedOf('unreleased')).toEqual(['unreleased'])
    // Of a package that nobody here knows, versions cannot be compared.
    const strange = (...fixes: string[]) => merge([report([told({ fixes })])], [], [])[0]?.fixed
    expect([strange('2'), strange('2', '3')]).toEqual(['2', null])
  })

  test('bring names by which no waiver lets pass what others found', () => {
    const rule = {
      ...{ package: null, file: null, owner: 'kim', reason: 'not us', expires: '2099-01-01' },
      ...{ status: 'not_affected' as const, line: 1 },
    }
    const waivedBy = (advisory: string, findings = [own]) =>
      applyWaivers(
        merge([report([told({ ids: ['GHSA-1', 'CVE-2026-1', 'CVE-2026-7'] })])], findings),
        [{ ...rule, advisory }],
        new Date('2026-01-10'),
      ).findings.map(({ waiver }) => waiver !== null)
    expect(['CVE-2026-7', 'GHSA-1', 'CVE-2026-1'].map((id) => waivedBy(id))).toEqual([
      [false],
      [false],
      [true],
    ])
    expect(waivedBy('CVE-2026-7', [])).toEqual([true])
  })

  test('know a CVE under the name that a distribution gives it', () => {
    const debian = { ...own, id: 'DEBIAN-CVE-2026-1', aliases: [] }
    expect(seen(merge([report([told()])], [debian]))).toEqual(['DEBIAN-CVE-2026-1 towpath+trivy'])
  })
})

test('without engines nothing is changed', () => {
  expect(merge([])).toEqual([own])
})

test('no finding is lost and none is made milder, whatever engines say, and saying it twice adds nothing', () => {
  const ids = fc.uniqueArray(fc.constantFrom('CVE-2026-1', 'CVE-2026-2', 'GHSA-1', 'RUSTSEC-2026-0001'), {
    minLength: 1,
    maxLength: 3,
  })
  const finding = fc
    .record({
      ids,
      package: fc.constantFrom('bad', 'other'),
      severity: fc.constantFrom('low' as const, 'critical' as const, 'unscored' as const),
    })
    .map((given) => told({ ...given, ids: given.ids as [string], score: null }))
  const reports = fc
    .array(
      fc.record({ engine: fc.constantFrom(...engineNames), findings: fc.array(finding, { maxLength: 4 }) }),
    )
    .map((all) => all.map(({ engine, findings }) => report(findings, engine)))
  fc.assert(
    fc.property(reports, (all) => {
      const merged = merge(all)
      expect(['high', 'critical']).toContain(merged.find(({ id }) => id === own.id)?.severity)
      for (const { engine, ...one } of all)
        for (const { ids: names, package: name } of one.ok ? one.findings : [])
          expect(
            merged.some(
              (found) =>
                found.package === name &&
                found.seenBy?.includes(engine) &&
                names.some((id) => [found.id, ...found.aliases, ...(found.alsoKnownAs ?? [])].includes(id)),
            ),
          ).toBe(true)
      expect(merge([...all, ...all]).map(({ id }) => id)).toEqual(merged.map(({ id }) => id))
    }),
  )
})

test('very many findings of one package, all sharing a name, are merged while somebody waits', () => {
  const many = Array.from({ length: 20_000 }, (_, at) => told({ ids: [`CVE-2026-${at + 2}`, 'DSA-1'] }))
  const others = many.map((_, at) => told({ ids: [`X${at}-1`, 'DSA-1'] }))
  expect(merge([report(many)])).toHaveLength(20_001)
  expect(merge([report(others)])).toHaveLength(2)
})

test('an engine that failed keeps an audit from being clean, and its findings count by the same rule', () => {
  const judged = (engines: readonly EngineReport[]) =>
    audit({
      inventories,
      engines,
      data: {
        digest: 'sha256:00',
        newest: '2026-01-09T00:00:00Z',
        count: 1,
        unread: 0,
        ecosystems: { 'crates.io': 1 },
        partial: [],
        index: (ecosystem) => indexOf([osvRecord({ id: 'RUSTSEC-2026-0009', name: 'fine' })], ecosystem),
      },
      facts: noFacts,
      waivers: [],
      rule: 'vulnerabilities',
      now: new Date('2026-01-10T12:00:00Z'),
      ageMaxMs: null,
    })
  const failed: EngineReport = {
    engine: 'grype',
    sha256: '0'.repeat(64),
    ok: false,
    problem: 'it ended with 1',
  }
  expect(judged([])).toMatchObject({ verdict: 'clean' })
  expect(judged([report([])])).toMatchObject({
    verdict: 'clean',
    engines: [{ engine: 'trivy', findings: 0 }],
  })
  expect(judged([report([]), failed])).toMatchObject({
    verdict: 'unknown',
    isFailure: true,
    unknowns: [{ what: 'engine-failed', message: 'grype did not judge it: it ended with 1' }],
  })
  expect(judged([failed, report([told()])])).toMatchObject({ verdict: 'findings', counted: 1 })
})
