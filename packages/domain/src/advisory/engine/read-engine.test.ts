import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { firstUnprintable } from '../../config/printable.ts'
import { ENGINE_FINDINGS_MAX, engineNames } from './engine.ts'
import type { EngineName } from './engine.ts'
import { engineCalls } from './engine-call.ts'
import { readEngine } from './read-engine.ts'
import { engineReports as reports } from './testing/engine-reports.ts'

const read = (engine: EngineName, document: unknown) => readEngine(engine, JSON.stringify(document))

describe.each(engineNames)('a report of %s', (engine) => {
  test('is read: names, package, version, how bad it is', () => {
    const reading = read(engine, reports[engine])
    const [first] = reading.ok ? reading.findings : []
    expect(first).toMatchObject({
      package: 'time',
      version: '0.3.41',
      registry: 'crates.io',
      severity: 'medium',
    })
    expect(first?.ids).toContain('CVE-2026-25727')
    expect(first?.ids).toEqual([...new Set(first?.ids)])
    // Of version 2, where it is beside a newer one, no score is read.
    expect([6.8, 5.3]).toContain(first?.score)
    expect(first?.fixes).toEqual(engine === 'trivy' ? ['0.3.47', '0.4.1'] : ['0.3.47'])
  })

  test('that is cut short, altered or of another program is a problem, and never nothing found', () => {
    const text = JSON.stringify(reports[engine])
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 1 }), (length) => {
        expect(readEngine(engine, text.slice(0, length)).ok).toBe(false)
      }),
    )
    const others = engineNames.filter((other) => other !== engine).map((other) => reports[other])
    for (const strange of [...others, null, [], {}, 'none', 0]) expect(read(engine, strange).ok).toBe(false)
  })

  test('of any shape is read without an exception', () => {
    fc.assert(fc.property(fc.jsonValue(), (document) => typeof read(engine, document).ok === 'boolean'))
  })

  test('that has anything of another kind, or lacks what it needs, loses no finding: it is a problem instead', () => {
    const whole = countIn(read(engine, reports[engine]))
    const places = placesIn(reports[engine]).filter((path) => path.length > 0)
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), (path, other) => {
        const changed = structuredClone(reports[engine])
        const before = valueAt(changed, path)
        fc.pre(kindOf(other) !== kindOf(before) && other !== null && kindOf(before) !== 'null')
        setAt(changed, path, other)
        expect(lostOf(read(engine, changed), whole)).toBe(0)
      }),
      { numRuns: 500 },
    )
    for (const path of places.filter((own) => !mayBeAbsent.has(String(own.at(-1))))) {
      const changed = structuredClone(reports[engine])
      if (Array.isArray(valueAt(changed, path.slice(0, -1)))) continue
      setAt(changed, path, undefined)
      expect({ path, lost: lostOf(read(engine, changed), whole) }).toEqual({ path, lost: 0 })
    }
  })

  test('that steers terminals, or holds half a sign, is read as text that does neither', () => {
    const text = JSON.stringify(reports[engine])
      .replaceAll('stack exhaustion', String.raw`stack\u001b[2J\r\n::error::exhaustion \ud800`)
      .replaceAll('"0.3.41"', String.raw`"0.3.41\u0007"`)
    const reading = readEngine(engine, text)
    const told = reading.ok ? reading.findings.flatMap(({ summary, version }) => [summary, version]) : []
    expect(told.join('')).toContain('exhaustion')
    expect(told.map(firstUnprintable)).toEqual(told.map(() => null))
    expect(told.join('')).not.toMatch(/[\r\n]/)
    for (const one of told) expect(() => encodeURIComponent(one)).not.toThrow()
  })

  test('that is huge, or nested without end, is a problem', () => {
    expect(readEngine(engine, '['.repeat(1_000_000)).ok).toBe(false)
    expect(readEngine(engine, `${'['.repeat(100_000)}${']'.repeat(100_000)}`).ok).toBe(false)
    const text = JSON.stringify(reports[engine])
    const many = `${'"CVE-2026-25727",'.repeat(200_000)}"CVE-2026-25727"`
    expect(readEngine(engine, text.replaceAll('"CVE-2026-25727"', many)).ok).toBe(false)
  })
})

type Path = readonly (string | number)[]

const isBranch = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null

function placesIn(value: unknown, path: Path = []): Path[] {
  if (!isBranch(value)) return [path]
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  return [path, ...keys.flatMap((key) => placesIn(value[key], [...path, key]))]
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((at, key) => (isBranch(at) ? at[key] : undefined), value)

function setAt(value: object, path: Path, other: unknown): void {
  const parent = valueAt(value, path.slice(0, -1))
  if (isBranch(parent)) parent[path.at(-1) ?? ''] = other
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** Findings that are silently not there. */
const lostOf = (reading: ReturnType<typeof read>, whole: number): number =>
  reading.ok ? Math.max(0, whole - reading.findings.length) : 0

const countIn = (reading: ReturnType<typeof read>): number => (reading.ok ? reading.findings.length : -1)

/** What engines leave out where they have nothing to say; a kind of warning is a name of its own. */
const mayBeAbsent = new Set(['Results', 'Vulnerabilities', 'vulnerabilities', 'yanked'])

test('more findings than anybody reads are a problem', () => {
  const flaw = { vulnerability: { id: 'CVE-2026-1' }, artifact: { name: 'bad', version: '1' } }
  const told = (count: number) => read('grype', { matches: Array.from({ length: count }, () => flaw) })
  expect(told(ENGINE_FINDINGS_MAX).ok).toBe(true)
  expect(told(ENGINE_FINDINGS_MAX + 1)).toMatchObject({ ok: false })
})

describe('how bad a flaw is', () => {
  const grype = (severity: string, ...cvss: readonly object[]) => {
    const reading = read('grype', {
      matches: [{ vulnerability: { id: 'X-1', severity, cvss }, artifact: { name: 'a', version: '1' } }],
    })
    const [first] = reading.ok ? reading.findings : []
    return [first?.severity, first?.score]
  }
  const scored = (version: string, baseScore: number) => ({ version, metrics: { baseScore } })

  test('is what is worst of its scores and its word', () => {
    expect(grype('Critical', scored('3.1', 8.5))).toEqual(['critical', null])
    expect(grype('Low', scored('3.1', 8.2))).toEqual(['high', 8.2])
    expect(grype('High', scored('3.1', 0))).toEqual(['high', null])
  })

  test('is told by version 2 where nothing newer is there, which knows no critical', () => {
    expect(grype('Unknown', scored('2.0', 9.3))).toEqual(['high', 9.3])
    expect(grype('Unknown', scored('2.0', 9.3), scored('3.1', 5))).toEqual(['medium', 5])
  })

  test('is low where a distribution calls it negligible, and unscored where nobody knows', () => {
    expect(grype('Negligible')).toEqual(['low', null])
    expect(grype('Unknown')).toEqual(['unscored', null])
    expect(grype('High', scored('3.1', 1e9), scored('3.1', -1))).toEqual(['high', null])
  })
})

test('a version that mends is read out of whatever stands around it, and is nothing that a shell would run', () => {
  const fixesOf = (text: string) => {
    const report = structuredClone(reports.trivy) as { Results: { Vulnerabilities: object[] }[] }
    Object.assign(report.Results[1]?.Vulnerabilities[0] ?? {}, { FixedVersion: text })
    const reading = read('trivy', report)
    return reading.ok ? reading.findings[0]?.fixes : null
  }
  expect(fixesOf('3.1.0, 2.6.9')).toEqual(['3.1.0', '2.6.9'])
  expect(fixesOf('>= 3.1.0, >= 2.1.3, < 3.0.0')).toEqual(['3.1.0', '2.1.3'])
  expect(fixesOf('v2.8.0')).toEqual(['2.8.0'])
  expect(fixesOf('1:2.3~rc1-4+deb12u1')).toEqual(['1:2.3~rc1-4+deb12u1'])
  expect(fixesOf('~> 5.2.4, ^0.8.2 || >=1.0')).toEqual(['0.8.2', '1.0'])
  for (const text of ['1.0; rm -rf /', '$(id)', '`id`', '-rf', '1.0 && id', ''])
    expect(fixesOf(text)).toEqual([])
})

describe('a report of cargo-audit', () => {
  const changed = (more: object) => read('cargo-audit', { ...reports['cargo-audit'], ...more })

  test.each([
    ['ignore', ['RUSTSEC-2026-0009']],
    ['severity', 'high'],
    ['target_arch', ['arm']],
    ['target_os', 'windows'],
  ])('that was told to leave findings out by %s is none, since nobody saw those', (name, value) => {
    expect(changed({ settings: { [name]: value } })).toEqual({
      ok: false,
      problem: `its own settings (audit.toml) leave findings out: ${name}`,
    })
  })

  test('without any advisory is none', () => {
    expect(changed({ database: { 'advisory-count': 0 } }).ok).toBe(false)
  })

  test('as version 0.22.2 printed it of a lockfile of ours is read whole', () => {
    const text = readFileSync(join(import.meta.dirname, 'testing/cargo-audit-0.22.2.json'), 'utf8')
    const reading = readEngine('cargo-audit', text)
    expect(
      reading.ok &&
        reading.findings.map(({ ids, kind, severity, score, fixes }) =>
          [ids.length, ids[0], kind, severity, score, fixes].join(' '),
        ),
    ).toEqual([
      '3 RUSTSEC-2020-0071 vulnerability medium 6.2 0.2.23',
      '3 RUSTSEC-2026-0009 vulnerability medium 6.8 0.3.47',
      '4 RUSTSEC-2023-0071 vulnerability medium 5.9 ',
      '1 RUSTSEC-2020-0016 unmaintained unscored  ',
      '1 RUSTSEC-2024-0436 unmaintained unscored  ',
    ])
  })
})

test('a flaw that osv-scanner gives no number is as bad as its record says', () => {
  const said = (more: string) => {
    const text = JSON.stringify(reports['osv-scanner'])
      .replace('"max_severity":"6.8"', '"max_severity":" "')
      .replace(/"score":"[^"]*"/, `"score":"${more}"`)
    const reading = readEngine('osv-scanner', text)
    const [first] = reading.ok ? reading.findings : []
    return [first?.severity, first?.score]
  }
  expect(said('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H')).toEqual(['critical', 9.8])
  expect(said('nobody knows')).toEqual(['medium', null])
})

test('what a database took back is no finding', () => {
  const taken = JSON.stringify(reports['osv-scanner']).replace(
    '"id":"RUSTSEC-2026-0009",',
    '"id":"RUSTSEC-2026-0009","withdrawn":"2026-03-01T00:00:00Z",',
  )
  expect(countIn(readEngine('osv-scanner', taken))).toBe(0)
  const text = JSON.stringify(reports['cargo-audit']).replace('"withdrawn":null', '"withdrawn":"2026-03-01"')
  expect(countIn(readEngine('cargo-audit', text))).toBe(1)
})

test('what osv-scanner 2.5.0 printed of a lockfile of ours is read whole', () => {
  const text = readFileSync(join(import.meta.dirname, 'testing/osv-scanner-2.5.0.json'), 'utf8')
  const reading = readEngine('osv-scanner', text)
  expect(
    reading.ok &&
      reading.findings.map(({ ids: [id], kind, severity, score }) => [id, kind, severity, score].join(' ')),
  ).toEqual([
    'RUSTSEC-2024-0436 unmaintained unscored ',
    'RUSTSEC-2023-0071 vulnerability medium 5.9',
    'RUSTSEC-2026-0009 vulnerability medium 6.8',
  ])
})

test('warnings of cargo-audit keep their kind', () => {
  const reading = read('cargo-audit', reports['cargo-audit'])
  expect(reading.ok && reading.findings.map(({ kind }) => kind)).toEqual(['vulnerability', 'yanked'])
})

test('without a network every engine is told to fetch nothing, and cargo-audit is asked about its own locks alone', () => {
  const subject = {
    settings: '/s.yaml',
    folder: '/l',
    lockfiles: ['/l/0/Cargo.lock', '/l/1/package-lock.json'],
  }
  const told = engineNames.map((engine) => JSON.stringify(engineCalls(engine, subject, false)))
  expect(
    told.map((text) => /TRIVY_SKIP_DB_UPDATE|GRYPE_DB_AUTO_UPDATE|--offline|--no-fetch/.test(text)),
  ).toEqual(engineNames.map(() => true))
  expect(engineCalls('cargo-audit', subject, false).map(({ file }) => file)).toEqual(['/l/0/Cargo.lock'])
  expect(engineCalls('cargo-audit', { ...subject, lockfiles: [] }, false)).toEqual([])
})
