import { describe, expect, it } from 'vitest'
import { indexLines } from '../advisory/advisory-lines.ts'
import { mergeAliases } from '../advisory/merge-aliases.ts'
import { matchRelease } from './match-release.ts'
import { someData, someRelease } from './testing/some-release.ts'
import { COMPARED_MAX, withinBound } from './within-bound.ts'

const lines = Array.from(
  { length: 1_000 },
  (_, at) =>
    `linux\t${JSON.stringify({ i: `RUSTSEC-2026-${at}`, m: '2026-01-01T00:00:00Z', n: [['0', '9.9.9']] })}`,
)
const data = { ...someData([]), index: (ecosystem: string) => indexLines(ecosystem, lines) }
const [part] = someRelease({ linux: '1.0.0', other: '1.0.0' }).parts
const inventories = part?.inventories ?? []

describe('what one look compares', () => {
  it('is all of it where it is within the bound', () => {
    expect(withinBound(inventories, data)).toEqual({ inventories, unknowns: [] })
  })

  it('has an end, and what is left out is unknown', () => {
    const index = indexLines('crates.io', lines)
    const [own] = inventories
    const [linux] = own?.components ?? []
    if (own === undefined || linux === undefined) throw new Error('there is one')
    const many = Array.from({ length: COMPARED_MAX / 1_000 + 5 }, (_, at) => ({
      ...linux,
      version: `1.0.${at}`,
    }))
    const bounded = withinBound([{ ...own, components: many }], { index: () => index })
    expect(bounded.inventories[0]?.components).toHaveLength(COMPARED_MAX / 1_000)
    expect(bounded.unknowns).toEqual([expect.stringContaining('5 components were not compared')])
  })

  it('holds where every version of very many is flawed', () => {
    const [own] = inventories
    const [linux] = own?.components ?? []
    if (part === undefined || own === undefined || linux === undefined) throw new Error('there is one')
    const many = Array.from({ length: COMPARED_MAX / 1_000 }, (_, at) => ({ ...linux, version: `1.0.${at}` }))
    const release = { ...someRelease({}), parts: [{ ...part, inventories: [{ ...own, components: many }] }] }
    const index = indexLines('crates.io', lines)
    const found = matchRelease(release, { ...data, index: () => index })
    expect(found.flaws.size).toBe(2_000)
    expect(found.unknowns).toEqual([expect.stringContaining('more findings than')])
  })

  it('takes thousands of flaws of one package in its stride', () => {
    const found = matchRelease(someRelease({ linux: '1.0.0' }), data)
    expect(found.flaws.size).toBe(1_000)
    expect(found.unknowns).toEqual([])
    let compared = 0
    const concerned = Array.from({ length: 2_000 }, (_, at) => ({
      fixed: null,
      advisory: {
        ...{
          id: `GHSA-${at}`,
          aliases: [`CVE-${at}`],
          upstream: [],
          ecosystem: 'npm',
          name: 'linux',
          summary: '',
        },
        ...{
          kind: 'vulnerability' as const,
          modified: '',
          vectors: [],
          rating: null,
          intervals: [],
          versions: [],
        },
      },
    }))
    const counting = concerned.map((one) => ({
      ...one,
      get advisory() {
        compared += 1
        return one.advisory
      },
    }))
    expect(mergeAliases(counting)).toHaveLength(2_000)
    expect(compared).toBeLessThan(2_000 * 60)
  })
})
