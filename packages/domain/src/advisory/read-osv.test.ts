import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { compactAdvisories, indexLines } from './advisory-lines.ts'
import { scoreOf } from './cvss-score.ts'
import { readEpssTable, readKevCatalogue } from './read-exploitation.ts'
import { readOsvRecord } from './read-osv.ts'
import { indexOf, osvRecord } from './testing/some-advisory.ts'

const kindOf = (given: Parameters<typeof osvRecord>[0]): string => {
  const record = readOsvRecord(osvRecord(given))
  return typeof record === 'string' ? record : (record.advisories[0]?.kind ?? 'none')
}

describe('an OSV record', () => {
  test('keeps what is no vulnerability apart, as RustSec says it', () => {
    expect(kindOf({ id: 'RUSTSEC-2026-0001' })).toBe('vulnerability')
    expect(kindOf({ id: 'RUSTSEC-2026-0001', informational: 'unsound' })).toBe('unsound')
    expect(kindOf({ id: 'RUSTSEC-2026-0001', informational: 'unmaintained' })).toBe('unmaintained')
    expect(kindOf({ id: 'RUSTSEC-2026-0001', informational: 'notice' })).toBe('notice')
    expect(kindOf({ id: 'MAL-2026-1', ecosystem: 'npm' })).toBe('malicious')
  })

  test('is no milder for a word of its database that is no text', () => {
    expect(kindOf({ id: 'RUSTSEC-2026-0001', informational: false as never })).toBe('vulnerability')
  })

  test('keeps every version of a long list', () => {
    const versions = Array.from({ length: 30_000 }, (_, at) => `1.0.${at}`)
    const record = readOsvRecord(osvRecord({ id: 'A-1', versions }))
    expect(record).toMatchObject({ advisories: [{ versions: expect.arrayContaining(['1.0.29999']) }] })
  })

  test('of Red Hat that names repositories of a release concerns the release', () => {
    const of = (repository: string, fixed: string) => ({
      package: { ecosystem: `Red Hat:enterprise_linux:9${repository}`, name: 'openssl' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
    })
    const affected = [of('::baseos', '1:3.0.7-27.el9'), of('::appstream', '1:3.0.7-27.el9')]
    const record = readOsvRecord({ id: 'RHSA-2026:1', modified: '2026-01-01T00:00:00Z', affected })
    expect(record).toMatchObject({
      advisories: [{ ecosystem: 'Red Hat:enterprise_linux:9', name: 'openssl' }],
    })
  })

  test('that was withdrawn concerns nobody, and is counted', () => {
    const record = readOsvRecord(osvRecord({ id: 'RUSTSEC-2026-0001', withdrawn: '2026-02-01T00:00:00Z' }))
    expect(record).toMatchObject({ isWithdrawn: true, advisories: [] })
  })

  test('of an ecosystem that is not ordered here says nothing to us', () => {
    expect(kindOf({ id: 'MGASA-1', ecosystem: 'Mageia:9', events: [{ introduced: '0' }] })).toBe('none')
  })

  const unreadable: [string, unknown, string][] = [
    ['nothing', null, 'has no id'],
    ['no id', { modified: '2026-01-01T00:00:00Z' }, 'has no id'],
    ['an id with a line break', { id: 'A\nB', modified: '2026-01-01T00:00:00Z' }, 'has no id'],
    ['no time', { id: 'A-1' }, 'A-1 does not say when'],
    [
      'an event that is not known',
      osvRecord({ id: 'A-1', events: [{ introduced: '0' }, { mended: '1.0.0' }] }),
      'mended',
    ],
    [
      'a bound that is no version',
      osvRecord({ id: 'A-1', events: [{ introduced: '0' }, { fixed: 'soon' }] }),
      'fixed soon, which is no version',
    ],
    ['a time that is none', { id: 'A-1', modified: '2026-13-45T00:00:00Z' }, 'A-1 does not say when'],
    [
      'a withdrawal at no time',
      osvRecord({ id: 'A-1', withdrawn: 'no' }),
      'A-1 does not say when it was withdrawn',
    ],
    [
      'more versions than are read',
      osvRecord({ id: 'A-1', versions: Array.from({ length: 100_001 }, (_, at) => `1.0.${at}`) }),
      'has 100001 versions',
    ],
    ['a version that is a number', osvRecord({ id: 'A-1', versions: [1 as never, '2.0.0'] }), 'no texts'],
    ['aliases that are no list', { ...osvRecord({ id: 'A-1' }), aliases: { 0: 'CVE-1' } }, 'aliases'],
    ['a severity that is no list', { ...osvRecord({ id: 'A-1' }), severity: 'high' }, 'severity'],
    [
      'affected that is no list',
      { id: 'A-1', modified: '2026-01-01T00:00:00Z', affected: { 0: {} } },
      'has affected that is no list',
    ],
    ['a name of two lines', osvRecord({ id: 'A-1', name: 'a\nb' }), 'can be none'],
    ['a name with a tab', osvRecord({ id: 'A-1', name: 'a\tb' }), 'can be none'],
    ['no name', osvRecord({ id: 'A-1', name: '' }), 'can be none'],
    ['a broken ecosystem', osvRecord({ id: 'A-1', ecosystem: 'Debian:\uD800' }), 'ecosystem that is none'],
    [
      'an event that says nothing',
      osvRecord({ id: 'A-1', events: [{ introduced: '0' }, 'fixed' as never] }),
      'says nothing',
    ],
    ['a range without a beginning', osvRecord({ id: 'A-1', events: [{ fixed: '1.0.0' }] }), 'from which on'],
  ]
  test.each(unreadable)('with %s is unreadable, and says why', (_what, value, why) => {
    expect(readOsvRecord(value)).toContain(why)
  })

  test('that only knows commits is unreadable, since nobody can say which release it concerns', () => {
    const ranges = [{ type: 'GIT', events: [{ introduced: '0' }] }]
    const affected = [{ package: { ecosystem: 'npm', name: 'a' }, ranges }]
    expect(readOsvRecord({ id: 'A-1', modified: '2026-01-01T00:00:00Z', affected })).toContain('commits')
    expect(
      readOsvRecord({
        id: 'A-1',
        modified: '2026-01-01T00:00:00Z',
        affected: [{ ...affected[0], versions: ['1.0.0'] }],
      }),
    ).toMatchObject({
      advisories: [{ versions: ['1.0.0'], intervals: [] }],
    })
  })

  test('of any shape gives a record or a reason, and never throws', () => {
    const shape = fc.object({
      key: fc.constantFrom(
        'id',
        'modified',
        'affected',
        'package',
        'ranges',
        'events',
        'introduced',
        'severity',
        '__proto__',
      ),
      maxDepth: 4,
    })
    fc.assert(
      fc.property(fc.oneof(shape, fc.jsonValue()), (value) => {
        const record = readOsvRecord({ id: 'A-1', modified: '2026-01-01T00:00:00Z', ...(value as object) })
        expect(typeof record === 'string' || Array.isArray(record.advisories)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

describe('the lines of a store', () => {
  const records = [
    osvRecord({
      id: 'RUSTSEC-2026-0002',
      name: 'b',
      events: [{ introduced: '0' }, { last_affected: '1.0.0' }],
      vectors: ['CVSS:3.1/AV:N'],
      informational: 'unsound',
    }),
    osvRecord({
      id: 'RUSTSEC-2026-0001',
      name: 'a',
      versions: ['1.0.0'],
      aliases: ['CVE-2026-1'],
      rating: 'HIGH',
      modified: '2026-03-01T00:00:00Z',
    }),
  ].map(readOsvRecord)
  const readable = records.filter((record) => typeof record !== 'string')

  test('give back what the records said', () => {
    const index = indexLines('crates.io', compactAdvisories(readable).lines.get('crates.io') ?? [])
    const given = readable.flatMap(({ advisories }) => advisories)
    expect([...index.find('b'), ...index.find('a')]).toEqual(given)
    expect(index.find('c')).toEqual([])
  })

  test('are the same in whatever order the records came, and however often', () => {
    const forwards = compactAdvisories(readable)
    expect(compactAdvisories([...readable, ...readable].toReversed())).toEqual(forwards)
    expect(forwards.summary).toEqual({
      count: 2,
      withdrawn: 0,
      newest: '2026-03-01T00:00:00Z',
      ecosystems: { 'crates.io': 2 },
      partial: [],
    })
  })

  test('tell of which ecosystem they hold only what another one shares with it', () => {
    const affected = (...names: string[]) =>
      names.map((ecosystem) => ({ package: { ecosystem, name: 'a' }, versions: ['1.0.0'] }))
    const summaryOf = (...lists: object[][]) => {
      const read = lists.map((list, at) =>
        readOsvRecord({ id: `A-${at}`, modified: '2026-01-01T00:00:00Z', affected: list }),
      )
      return compactAdvisories(read.filter((record) => typeof record !== 'string')).summary.partial
    }
    const crates = affected('crates.io')
    expect(summaryOf(crates, affected('crates.io', 'npm'))).toEqual(['npm'])
    expect(summaryOf(crates, affected('crates.io', 'npm'), affected('npm'))).toEqual([])
    expect(summaryOf(affected('Packagist', 'PyPI'))).toEqual(['PyPI'])
    expect(summaryOf(affected('Debian:11', 'Debian:12'))).toEqual([])
  })

  test('hold a record once, as it was last', () => {
    const again = readOsvRecord(
      osvRecord({
        id: 'RUSTSEC-2026-0002',
        name: 'b',
        modified: '2027-01-01T00:00:00Z',
        versions: ['9.0.0'],
      }),
    )
    const { lines, summary } = compactAdvisories([...readable, ...(typeof again === 'string' ? [] : [again])])
    expect(summary.count).toBe(2)
    expect(indexLines('crates.io', lines.get('crates.io') ?? []).find('b')).toMatchObject([
      { versions: ['9.0.0'] },
    ])
  })

  test('hold both of two records with one id and time that say different things', () => {
    const pair = ['a', 'b'].map((name) => readOsvRecord(osvRecord({ id: 'A-1', name })))
    const both = pair.filter((record) => typeof record !== 'string')
    const compact = compactAdvisories([...both, ...both])
    expect(compactAdvisories([...both].toReversed())).toEqual(compact)
    expect(compact.lines.get('crates.io')).toHaveLength(2)
    expect(compact.summary.count).toBe(1)
  })

  test('are found by whole names: a is not ab', () => {
    expect(indexOf([osvRecord({ id: 'A-1', name: 'ab' })]).find('a')).toEqual([])
  })
})

describe('what is joined', () => {
  test('a catalogue of what is exploited gives its CVE ids, and anything else nothing', () => {
    expect(readKevCatalogue({ vulnerabilities: [{ cveID: 'CVE-2021-44228' }] })).toEqual(['CVE-2021-44228'])
    expect(readKevCatalogue({ vulnerabilities: [{ cveID: 'log4j' }] })).toBeNull()
    expect(readKevCatalogue([])).toBeNull()
  })

  test('a table of probabilities gives each, and the line of the first that is none', () => {
    const table =
      '#model_version:v2025.03.14,score_date:2026-01-01T00:00:00+0000\ncve,epss,percentile\nCVE-2021-44228,0.94,0.99\n'
    expect(readEpssTable(table)).toEqual(new Map([['CVE-2021-44228', 0.94]]))
    expect(readEpssTable(`${table}CVE-2021-44229,2,1\n`)).toEqual({ line: 4 })
    expect(readEpssTable('hello')).toEqual({ line: 1 })
  })

  test('any list, table or vector is read or refused, never crashes and writes nothing', () => {
    const said = vi.spyOn(console, 'warn')
    const rows = fc.array(
      fc.constantFrom('CVE-2021-44228,0.5,1', '#', '', ',', 'CVE-2021-1,', 'cve,epss', '"', '\0'),
    )
    const vectors = fc.constantFrom(
      'CVSS:3.1/AV:N/AC:L',
      'CVSS:4.0/',
      '/A:H',
      '(AV:N)',
      'AV:N/AC:L/Au:N/C:P/I:P/A:P',
    )
    fc.assert(
      fc.property(fc.jsonValue(), rows, fc.array(fc.oneof(vectors, fc.string())), (value, table, parts) => {
        for (const ids of [readKevCatalogue(value), readKevCatalogue({ vulnerabilities: value })])
          for (const id of ids ?? []) expect(id).toMatch(/^CVE-/)
        const read = readEpssTable(table.join('\n'))
        const isRead =
          read instanceof Map ? [...read.values()].every((own) => own <= 1) : read.line <= table.length
        expect(isRead).toBe(true)
        const score = scoreOf(parts.join(''))
        expect(score === null || (score >= 0 && score <= 10)).toBe(true)
      }),
      { numRuns: 500 },
    )
    expect(said).not.toHaveBeenCalled()
    said.mockRestore()
  })
})
