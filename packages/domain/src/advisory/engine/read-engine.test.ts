import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { engineNames } from './engine.ts'
import type { EngineName } from './engine.ts'
import { engineCalls } from './engine-call.ts'
import { readEngine } from './read-engine.ts'

/** One report of each engine, as it writes them; more than is read is left out. */
const reports: Record<EngineName, object> = {
  trivy: {
    SchemaVersion: 2,
    ArtifactName: '/lockfiles',
    Results: [
      { Target: 'package-lock.json', Class: 'lang-pkgs', Type: 'npm', Packages: [] },
      {
        Target: 'Cargo.lock',
        Class: 'lang-pkgs',
        Type: 'cargo',
        Vulnerabilities: [
          {
            VulnerabilityID: 'CVE-2026-25727',
            VendorIDs: ['GHSA-r6v5-fh4h-64xc'],
            PkgName: 'time',
            InstalledVersion: '0.3.41',
            FixedVersion: '0.3.47, 0.4.0',
            Severity: 'MEDIUM',
            CVSS: { ghsa: { V40Vector: 'CVSS:4.0/AV:N', V40Score: 6.8 }, nvd: { V3Score: 5.5 } },
            Title: 'time: stack exhaustion',
          },
        ],
      },
    ],
  },
  grype: {
    matches: [
      {
        vulnerability: {
          id: 'GHSA-r6v5-fh4h-64xc',
          severity: 'Medium',
          cvss: [{ version: '4.0', metrics: { baseScore: 6.8 } }],
          fix: { versions: ['0.3.47'], state: 'fixed' },
          description: 'time: stack exhaustion',
        },
        relatedVulnerabilities: [{ id: 'CVE-2026-25727', cvss: [] }],
        artifact: { name: 'time', version: '0.3.41', locations: [{ path: 'Cargo.lock' }] },
      },
    ],
    descriptor: { name: 'grype', version: '0.100.0' },
  },
  'osv-scanner': {
    results: [
      {
        source: { path: 'Cargo.lock', type: 'lockfile' },
        packages: [
          { package: { name: 'rand', version: '0.9.0', ecosystem: 'crates.io' } },
          {
            package: { name: 'time', version: '0.3.41', ecosystem: 'crates.io' },
            vulnerabilities: [
              {
                id: 'RUSTSEC-2026-0009',
                aliases: ['CVE-2026-25727'],
                summary: 'time: stack exhaustion',
                affected: [{ package: { name: 'time' }, database_specific: { informational: null } }],
              },
            ],
            groups: [{ ids: ['RUSTSEC-2026-0009'], aliases: [], max_severity: '6.8' }],
          },
        ],
      },
    ],
  },
  'cargo-audit': {
    database: { 'advisory-count': 1 },
    lockfile: { 'dependency-count': 2 },
    vulnerabilities: {
      found: true,
      count: 1,
      list: [
        {
          advisory: {
            id: 'RUSTSEC-2026-0009',
            package: 'time',
            title: 'time: stack exhaustion',
            aliases: ['CVE-2026-25727'],
            cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L',
          },
          versions: { patched: ['>=0.3.47'], unaffected: [] },
          package: { name: 'time', version: '0.3.41' },
        },
      ],
    },
    warnings: {
      yanked: [{ kind: 'yanked', package: { name: 'old', version: '1.0.0' }, advisory: null }],
    },
  },
}
const read = (engine: EngineName, document: unknown) => readEngine(engine, JSON.stringify(document))

describe.each(engineNames)('a report of %s', (engine) => {
  test('is read: names, package, version, how bad it is', () => {
    const reading = read(engine, reports[engine])
    const [first] = reading.ok ? reading.findings : []
    expect(first).toMatchObject({ package: 'time', version: '0.3.41', severity: 'medium' })
    expect(first?.ids).toContain('CVE-2026-25727')
    expect(first?.fixed).toBe(engine === 'osv-scanner' ? null : '0.3.47')
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
  const subject = { folder: '/l', lockfiles: ['/l/0/Cargo.lock', '/l/1/package-lock.json'] }
  const told = engineNames.map((engine) => JSON.stringify(engineCalls(engine, subject, false)))
  expect(
    told.map((text) => /TRIVY_SKIP_DB_UPDATE|GRYPE_DB_AUTO_UPDATE|--offline|--no-fetch/.test(text)),
  ).toEqual(engineNames.map(() => true))
  expect(engineCalls('cargo-audit', subject, false).map(({ file }) => file)).toEqual(['/l/0/Cargo.lock'])
  expect(engineCalls('cargo-audit', { ...subject, lockfiles: [] }, false)).toEqual([])
})
