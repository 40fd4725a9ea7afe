import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRpmDatabase } from './rpm-database.ts'
import { rpmDatabaseBytes } from './testing/rpm-database-bytes.ts'

const packages = Array.from({ length: 300 }, (_, at) => ({
  name: `p${at}`,
  version: '1.0',
  release: `${at}.el9`,
  sourceRpm: `s-1.0-${at}.el9.src.rpm`,
}))

describe('an RPM database', () => {
  test('of the SQLite kind is read, though it was written by way of a log', async () => {
    const read = await readRpmDatabase(rpmDatabaseBytes(packages))
    expect(read.problem).toBeNull()
    expect(read.packages).toHaveLength(300)
    expect(read.packages.at(-1)).toMatchObject({
      name: 'p299',
      version: '1.0-299.el9',
      origin: { name: 's' },
    })
  })

  const others: [string, string][] = [
    [
      'a view that never ends',
      'CREATE VIEW Packages AS WITH RECURSIVE n(blob) AS (SELECT 1 UNION ALL SELECT blob FROM n) SELECT blob FROM n',
    ],
    [
      'a column that is computed',
      'CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB AS (hex(zeroblob(hnum))))',
    ],
    ['no table of packages', 'CREATE TABLE Name (key TEXT)'],
  ]
  test.each(others)('with %s is told, and nothing of it is run', async (_, table) => {
    const read = await readRpmDatabase(rpmDatabaseBytes([], table))
    expect(read.problem).toContain('another shape')
  })

  test('that is cut, changed or no database gives what can be read or a problem, and never an error', async () => {
    const whole = rpmDatabaseBytes(packages)
    const one = fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }))
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constant([]), fc.array(one, { maxLength: 20 })),
        fc.nat({ max: whole.length }),
        async (changes, end) => {
          const bytes = Buffer.from(whole.subarray(0, end))
          for (const [at, value] of changes) if (at < end) bytes[at] = value
          const read = await readRpmDatabase(bytes)
          expect(end < whole.length && changes.length === 0 && read.problem === null).toBe(false)
        },
      ),
      { numRuns: 200 },
    )
    expect((await readRpmDatabase(Buffer.from('hello'))).problem).toContain('no SQLite database')
  })
})
