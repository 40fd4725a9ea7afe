import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRpmHeader, readRpmHeaders } from './rpm-header.ts'
import { rpmHeaderBytes } from './testing/rpm-header-bytes.ts'

const openssl = {
  name: 'openssl-libs',
  version: '3.0.7',
  release: '27.el9',
  epoch: 1,
  architecture: 'x86_64',
  sourceRpm: 'openssl-3.0.7-27.el9.src.rpm',
}

describe('the header of an RPM package', () => {
  test('tells name, version with release and epoch, architecture and source package', () => {
    expect(readRpmHeader(rpmHeaderBytes(openssl))).toEqual({
      kind: 'rpm',
      name: 'openssl-libs',
      version: '1:3.0.7-27.el9',
      source: 'registry',
      origin: { name: 'openssl', version: '1:3.0.7-27.el9' },
      architecture: 'x86_64',
    })
  })

  test('that has no epoch, architecture or source is a package all the same', () => {
    const { name, version, release } = openssl
    expect(readRpmHeader(rpmHeaderBytes({ name, version, release }))).toMatchObject({
      version: '3.0.7-27.el9',
      origin: null,
      architecture: null,
    })
  })

  test('takes a source package’s name to its last two dashes', () => {
    const origin = (sourceRpm: string) =>
      readRpmHeader(rpmHeaderBytes({ ...openssl, epoch: 0, sourceRpm }))?.origin
    expect(origin('java-17-openjdk-17.0.9.0.9-2.el9.src.rpm')).toEqual({
      name: 'java-17-openjdk',
      version: '17.0.9.0.9-2.el9',
    })
    expect(origin('b-1-2.nosrc.rpm')).toEqual({ name: 'b', version: '1-2' })
    expect([origin('(none)'), origin('')]).toEqual([null, null])
  })

  test.each(['name', 'version', 'release'] as const)('without a %s is none', (field) => {
    expect(readRpmHeader(rpmHeaderBytes({ ...openssl, [field]: undefined }))).toBeNull()
  })

  test('gives a package or nothing for whatever bytes, cut and changed ones too', () => {
    const bytes = rpmHeaderBytes(openssl)
    const changed = fc
      .tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), fc.nat({ max: bytes.length }))
      .map(([at, value, end]) => {
        const copy = Uint8Array.from(bytes)
        copy[at] = value
        return copy.subarray(0, end)
      })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), changed), (given) => {
        const found = readRpmHeader(given)
        expect(found?.name ?? 'none').toMatch(/^[!-~]+$/)
      }),
      { numRuns: 500 },
    )
  })
})

test('keys among the packages are none, and a broken package is told', () => {
  const key = { name: 'gpg-pubkey', version: '350d275d', release: '6279464b' }
  const read = readRpmHeaders([rpmHeaderBytes(openssl), rpmHeaderBytes(key), new Uint8Array(3)])
  expect(read.packages.map(({ name }) => name)).toEqual(['openssl-libs'])
  expect(read.problem).toBe('holds 1 packages that cannot be read')
})
