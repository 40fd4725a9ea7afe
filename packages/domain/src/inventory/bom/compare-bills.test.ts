import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareBills, readBill } from './compare-bills.ts'

const bill = (...purls: string[]) => ({ purls, unnamed: 0 })

describe('two bills', () => {
  test('differ by what is added, removed and in another version, whatever their qualifiers', () => {
    const before = bill(
      'pkg:npm/a@1.0.0',
      'pkg:npm/b@1.0.0',
      'pkg:deb/debian/c@1?arch=amd64',
      'pkg:npm/%40s/d@1',
    )
    const after = bill(
      'pkg:npm/a@1.1.0',
      'pkg:deb/debian/c@1?distro=debian-12',
      'pkg:npm/%40s/d@1',
      'pkg:npm/e@2',
    )
    expect(compareBills(before, after)).toEqual({
      added: [{ package: 'pkg:npm/e', from: [], to: ['2'] }],
      removed: [{ package: 'pkg:npm/b', from: ['1.0.0'], to: [] }],
      changed: [{ package: 'pkg:npm/a', from: ['1.0.0'], to: ['1.1.0'] }],
      same: 2,
      notCompared: 0,
    })
  })

  test('that hold several versions of one package name all of them', () => {
    const { changed } = compareBills(bill('pkg:npm/a@1', 'pkg:npm/a@2'), bill('pkg:npm/a@2'))
    expect(changed).toEqual([{ package: 'pkg:npm/a', from: ['1', '2'], to: ['2'] }])
  })

  test('count what cannot be compared', () => {
    expect(compareBills({ purls: ['no url'], unnamed: 2 }, bill()).notCompared).toBe(3)
  })

  test('read the other way round say the opposite, and a bill has no difference to itself', () => {
    const names = fc.constantFrom('a', 'b', 'c')
    const versions = fc.constantFrom('1', '2')
    const bills = fc
      .array(fc.tuple(names, versions))
      .map((own) => bill(...own.map(([name, version]) => `pkg:npm/${name}@${version}`)))
    fc.assert(
      fc.property(bills, bills, (a, b) => {
        const [there, back] = [compareBills(a, b), compareBills(b, a)]
        expect(there.added.map((own) => own.package)).toEqual(back.removed.map((own) => own.package))
        expect(there.changed.map(({ from, to }) => [from, to])).toEqual(
          back.changed.map(({ from, to }) => [to, from]),
        )
        expect(compareBills(a, a)).toMatchObject({ added: [], removed: [], changed: [] })
      }),
    )
  })
})

describe('a bill', () => {
  test('of CycloneDX lists its components and theirs, without files and systems', () => {
    const components = [
      { type: 'library', purl: 'pkg:npm/a@1', components: [{ type: 'library', purl: 'pkg:npm/b@1' }] },
      { type: 'library', name: 'c' },
      { type: 'operating-system', name: 'debian' },
      { type: 'file', name: 'f' },
    ]
    expect(readBill({ bomFormat: 'CycloneDX', components })).toEqual({
      purls: ['pkg:npm/a@1', 'pkg:npm/b@1'],
      unnamed: 1,
    })
  })

  test('of SPDX lists its packages without the image that it describes', () => {
    const packages = [
      { SPDXID: 'SPDXRef-Image' },
      { SPDXID: 'a', externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:npm/a@1' }] },
      { SPDXID: 'b', externalRefs: [{ referenceType: 'cpe23Type', referenceLocator: 'cpe' }] },
    ]
    const relationships = [{ relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-Image' }]
    expect(readBill({ spdxVersion: 'SPDX-2.3', packages, relationships })).toEqual({
      purls: ['pkg:npm/a@1'],
      unnamed: 1,
    })
  })

  test('is none where it says so of itself by nothing that is known', () => {
    for (const value of [null, [], 'x', {}, { spdxVersion: 'SPDX-3.0' }, { bomFormat: 'other' }])
      expect(readBill(value)).toBeNull()
  })

  test('of any shape is read or refused, and never crashes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const head of [{ bomFormat: 'CycloneDX' }, { spdxVersion: 'SPDX-2.3' }]) {
          const read = readBill({ ...head, components: value, packages: value, relationships: value })
          if (read !== null) compareBills(read, read)
        }
      }),
    )
  })
})
