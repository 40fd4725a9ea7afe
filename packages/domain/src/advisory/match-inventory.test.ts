import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Ecosystem } from '../inventory/component.ts'
import { scoreOf } from './cvss-score.ts'
import { matchInventory } from './match-inventory.ts'
import { isInNpmRange } from './npm-range.ts'
import { planBump } from './plan-bump.ts'
import { severityOf, worstOf } from './severity.ts'
import { indexOf, noFacts, osvRecord, someComponent, someInventory } from './testing/some-advisory.ts'

const fixed = [{ introduced: '0' }, { fixed: '2.0.0' }]

describe('findings', () => {
  test('each locked version of a package is judged by itself', () => {
    const components = ['1.0.0', '1.9.0', '2.0.0'].map((version) => someComponent({ version }))
    const { findings } = matchInventory(
      someInventory(components),
      indexOf([osvRecord({ id: 'RUSTSEC-2026-0001', events: fixed })]),
      noFacts,
    )
    expect(findings.map(({ version, fixed: first }) => [version, first])).toEqual([
      ['1.0.0', '2.0.0'],
      ['1.9.0', '2.0.0'],
    ])
  })

  test('what comes from a path or a repository is other code, whatever it is called', () => {
    const components = (['git', 'path'] as const).map((source) => someComponent({ source }))
    const matched = matchInventory(
      someInventory(components),
      indexOf([osvRecord({ id: 'RUSTSEC-2026-0001' })]),
      noFacts,
    )
    expect(matched).toEqual({ findings: [], gaps: [], notCompared: 2 })
  })

  test('what comes from another registry is unknown, not clean', () => {
    const { gaps } = matchInventory(
      someInventory([someComponent({ source: 'other-registry' })]),
      indexOf([]),
      noFacts,
    )
    expect(gaps).toMatchObject([
      { file: 'Cargo.lock', line: 3, message: expect.stringContaining('another registry') },
    ])
  })

  test('a version that cannot be compared is unknown, where there is something to compare it with', () => {
    const index = indexOf([osvRecord({ id: 'RUSTSEC-2026-0001', events: fixed })])
    expect(
      matchInventory(someInventory([someComponent({ version: 'main' })]), index, noFacts).gaps,
    ).toHaveLength(1)
    expect(
      matchInventory(someInventory([someComponent({ version: 'main', name: 'other' })]), index, noFacts).gaps,
    ).toEqual([])
  })

  test('one flaw that several databases tell of is one finding, under the id of the one that knows it best', () => {
    const records = [
      osvRecord({ id: 'GHSA-aaaa-bbbb-cccc', aliases: ['CVE-2026-1'], events: fixed, rating: 'HIGH' }),
      osvRecord({ id: 'RUSTSEC-2026-0001', aliases: ['CVE-2026-1'], events: [{ introduced: '0' }] }),
    ]
    const { findings } = matchInventory(someInventory([someComponent()]), indexOf(records), noFacts)
    expect(findings).toMatchObject([
      {
        id: 'RUSTSEC-2026-0001',
        aliases: ['CVE-2026-1', 'GHSA-aaaa-bbbb-cccc'],
        fixed: '2.0.0',
        severity: 'high',
      },
    ])
  })

  test('two records of one database stay two', () => {
    const records = ['RUSTSEC-2026-0001', 'RUSTSEC-2026-0002'].map((id) =>
      osvRecord({ id, aliases: ['CVE-2026-1'] }),
    )
    expect(matchInventory(someInventory([someComponent()]), indexOf(records), noFacts).findings).toHaveLength(
      2,
    )
  })

  const names: [ecosystem: Ecosystem, advised: string, locked: string, isSame: boolean][] = [
    ['crates.io', 'Rand', 'rand', false],
    ['npm', 'JSONStream', 'jsonstream', false],
    ['PyPI', 'Flask_Login', 'flask-login', true],
    ['PyPI', 'zope.interface', 'Zope--Interface', true],
    ['PyPI', 'flask-login', 'flasklogin', false],
    ['GitHub Actions', 'TJ-Actions/Changed-Files', 'tj-actions/changed-files', true],
    ['GitHub Actions', 'a/b/sub', 'A/B', true],
    ['GitHub Actions', 'a/b', 'a/bc', false],
  ]
  test.each(names)('in %s the name %s is that of %s: %s', (...[ecosystem, advised, locked, isSame]) => {
    const index = indexOf(
      [osvRecord({ id: 'GHSA-aaaa', name: advised, ecosystem, events: fixed })],
      ecosystem,
    )
    const inventory = someInventory([someComponent({ ecosystem, name: locked })])
    expect(matchInventory(inventory, index, noFacts).findings).toHaveLength(isSame ? 1 : 0)
  })

  test('what one database calls worse stays as bad, whichever gives the name', () => {
    const low = 'CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N'
    const critical = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'
    const records = [
      osvRecord({
        id: 'RUSTSEC-2026-0001',
        aliases: ['CVE-2026-1'],
        informational: 'notice',
        vectors: [low],
      }),
      osvRecord({ id: 'GHSA-aaaa', aliases: ['CVE-2026-1'], vectors: [critical], rating: 'LOW' }),
      osvRecord({ id: 'CVE-2026-1', informational: 'unsound', rating: 'MODERATE' }),
    ]
    const facts = { ...noFacts, score: scoreOf }
    expect(matchInventory(someInventory([someComponent()]), indexOf(records), facts).findings).toMatchObject([
      { id: 'RUSTSEC-2026-0001', kind: 'vulnerability', severity: 'critical', score: 9.8 },
    ])
  })

  test('a word that is worse than a score holds, and silence takes nothing from a score', () => {
    const scored = { severity: 'low', score: 2 } as const
    expect(worstOf([scored, { severity: 'high', score: null }])).toEqual({ severity: 'high', score: null })
    expect(worstOf([{ severity: 'unscored', score: null }, scored])).toEqual(scored)
    expect(worstOf([])).toEqual({ severity: 'unscored', score: null })
  })

  test('an RPM package is judged under its own name and its source’s, each in its own version', () => {
    const ecosystem = 'Rocky Linux:9'
    const records = [
      {
        id: 'RLSA-2026:1',
        name: 'openssl-libs',
        ecosystem,
        events: [{ introduced: '0' }, { fixed: '1:3.0.7-28.el9' }],
      },
      {
        id: 'RLSA-2026:2',
        name: 'openssl',
        ecosystem,
        events: [{ introduced: '0' }, { fixed: '1:3.0.7-29.el9' }],
      },
      {
        id: 'RLSA-2026:3',
        name: 'openssl',
        ecosystem,
        events: [{ introduced: '0' }, { fixed: '1:3.0.7-27.el9' }],
      },
    ].map(osvRecord)
    const libs = someComponent({
      ecosystem,
      name: 'openssl-libs',
      version: '1:3.0.7-27.el9',
      origin: { name: 'openssl', version: '1:3.0.7-27.el9' },
    })
    const matched = matchInventory(someInventory([libs]), indexOf(records, ecosystem), noFacts)
    expect(matched.findings.map(({ id, package: name }) => [id, name])).toEqual([
      ['RLSA-2026:1', 'openssl-libs'],
      ['RLSA-2026:2', 'openssl-libs'],
    ])
  })

  test('what is exploited, and how likely, is joined by the CVE among its names', () => {
    const index = indexOf([osvRecord({ id: 'RUSTSEC-2026-0001', aliases: ['CVE-2026-1'] })])
    const facts = {
      ...noFacts,
      exploited: new Set(['CVE-2026-1']),
      probabilities: new Map([['CVE-2026-1', 0.5]]),
    }
    const [joined] = matchInventory(someInventory([someComponent()]), index, facts).findings
    expect(joined).toMatchObject({ isExploited: true, exploitProbability: 0.5 })
    for (const record of [
      { ...osvRecord({ id: 'DEBIAN-CVE-2026-1' }) },
      { ...osvRecord({ id: 'DSA-1-1' }), upstream: ['CVE-2026-2', 'cve-2026-1'] },
    ]) {
      const { findings } = matchInventory(someInventory([someComponent()]), indexOf([record]), facts)
      expect(findings).toMatchObject([{ isExploited: true, aliases: [] }])
    }
    const [apart] = matchInventory(someInventory([someComponent()]), index, noFacts).findings
    expect(apart).toMatchObject({ isExploited: null, exploitProbability: null })
  })
})

describe('severity', () => {
  const v3 = 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N'
  const v4 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N'
  const rows: [string, { vectors: string[]; rating: string | null }, ReturnType<typeof severityOf>][] = [
    [
      'CVSS 2 has no critical',
      { vectors: ['AV:N/AC:L/Au:N/C:C/I:C/A:C'], rating: null },
      { severity: 'high', score: 10 },
    ],
    ['CVSS 3.1', { vectors: [v3], rating: null }, { severity: 'medium', score: 5.9 }],
    [
      'CVSS 3.0',
      { vectors: ['CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'], rating: null },
      { severity: 'critical', score: 9.8 },
    ],
    ['CVSS 4.0', { vectors: [v4], rating: null }, { severity: 'high', score: 8.7 }],
    [
      'the base score, whatever else a vector says',
      { vectors: [`${v3}/E:U`], rating: null },
      { severity: 'medium', score: 5.9 },
    ],
    [
      'none',
      { vectors: ['CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:N'], rating: null },
      { severity: 'none', score: 0 },
    ],
    ['the newest of several', { vectors: [v3, v4], rating: 'LOW' }, { severity: 'high', score: 8.7 }],
    [
      'the word of the database where there is no vector',
      { vectors: [], rating: 'MODERATE' },
      { severity: 'medium', score: null },
    ],
    [
      'half a vector is none',
      { vectors: ['CVSS:3.1/AV:N'], rating: null },
      { severity: 'unscored', score: null },
    ],
    [
      'noise is none',
      { vectors: ['CVSS:9.9/ouch', 'x'], rating: null },
      { severity: 'unscored', score: null },
    ],
    [
      'nothing said is unscored, which is not low',
      { vectors: [], rating: null },
      { severity: 'unscored', score: null },
    ],
  ]
  test.each(rows)('%s', (_what, given, severity) => {
    expect(severityOf(given, scoreOf)).toEqual(severity)
  })
})

describe('a bump', () => {
  const parent = { name: 'sqlx', version: '0.8.6', range: null }
  const plan = (given: Parameters<typeof someComponent>[0], to: string) =>
    planBump(someComponent(given), to, isInNpmRange)

  const cargo: [string, string, string | null][] = [
    ['1.0.0', '1.4.2', 'cargo update -p rand@1.0.0 --precise 1.4.2'],
    ['1.0.0', '2.0.0', null],
    ['0.8.5', '0.8.6', 'cargo update -p rand@0.8.5 --precise 0.8.6'],
    ['0.8.5', '0.9.0', null],
    ['0.0.3', '0.0.4', null],
  ]
  test.each(cargo)('of a crate from %s to %s stays where Cargo would let it', (version, to, command) => {
    const { command: told, blockedBy } = plan({ version, requiredBy: [parent] }, to)
    expect(told).toBe(command)
    expect(blockedBy).toEqual(command === null ? [parent] : [])
  })

  test('of an npm package is blocked by exactly those whose range does not take it', () => {
    const requiredBy = [
      { name: 'a', version: '1.0.0', range: '^1.0.0' },
      { name: 'b', version: '1.0.0', range: '>=1 <3' },
      { name: 'c', version: '1.0.0', range: 'npm:rand@~1.0.0' },
    ]
    const npm = {
      ecosystem: 'npm',
      file: 'package-lock.json',
      path: ['app', 'x 1', 'rand 1.0.0'],
      requiredBy,
    } as const
    expect(plan(npm, '2.0.0').blockedBy.map(({ name }) => name)).toEqual(['a', 'c'])
    expect(plan(npm, '1.0.7').command).toBe('npm update rand')
    expect(plan({ ...npm, path: ['app', 'rand 1.0.0'] }, '1.0.7').command).toBe('npm install rand@1.0.7')
  })

  const others: [Parameters<typeof someComponent>[0], string][] = [
    [{ ecosystem: 'Go', name: 'github.com/a/a' }, 'go get github.com/a/a@v2.0.0'],
    [{ ecosystem: 'Go', name: 'stdlib' }, 'go get toolchain@go2.0.0'],
    [{ ecosystem: 'PyPI', file: 'requirements.txt' }, 'rand==2.0.0'],
    [{ ecosystem: 'PyPI', file: 'poetry.lock' }, 'poetry update rand'],
    [{ ecosystem: 'PyPI', file: 'a/uv.lock' }, 'uv lock --upgrade-package rand==2.0.0'],
    [{ ecosystem: 'npm', file: 'pnpm-lock.yaml' }, 'pnpm update rand@2.0.0'],
    [{ ecosystem: 'npm', file: 'yarn.lock' }, 'yarn up -R rand'],
    [{ ecosystem: 'GitHub Actions', name: 'a/b' }, 'uses: a/b@v2.0.0'],
  ]
  test.each(others)('of %j is the command of its tool', (given, command) => {
    expect(plan(given, '2.0.0').command).toBe(command)
  })
})

test('the reference project has the findings that cargo-audit has for it', async (context) => {
  const folder = new URL('../../../../../shared/data/', import.meta.url)
  const snapshot = new URL('../../../cli/advisories/', import.meta.url)
  if (!existsSync(folder)) context.skip('shared/data is not here')
  const { folder: data } = JSON.parse(readFileSync(new URL('current.json', snapshot), 'utf8')) as {
    folder: string
  }
  const lines = readFileSync(new URL(`${data}/crates.io.lines`, snapshot), 'utf8')
    .trim()
    .split('\n')
  const { indexLines } = await import('./advisory-lines.ts')
  const { readLockfile } = await import('../inventory/lockfile/read-lockfile.ts')
  const text = readFileSync(new URL('refactor-platform/Cargo.lock', folder), 'utf8')
  const reading = await readLockfile({ path: 'Cargo.lock', text })
  const inventory = reading.ok ? reading.inventory : someInventory([])
  const { findings } = matchInventory(inventory, indexLines('crates.io', lines), {
    ...noFacts,
    score: scoreOf,
  })
  const counts = Object.groupBy(findings, ({ kind }) => kind)
  expect(Object.fromEntries(Object.entries(counts).map(([kind, own]) => [kind, own?.length]))).toEqual({
    unmaintained: 4,
    unsound: 5,
    vulnerability: 13,
  })
})
