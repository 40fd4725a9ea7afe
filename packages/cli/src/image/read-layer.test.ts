import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compressionOf, readLayer } from './read-layer.ts'
import type { LayerReading } from './read-layer.ts'
import { Spent, scanBounds } from './scan-bounds.ts'
import { auditableOf, elfOf, goInfoOf } from './testing/elf-program.ts'
import { debianRelease, dpkgStatus, layerOf, nodePackage } from './testing/image-archive.ts'
import { claimedEntry, endOfTar } from '../archive/testing/tar-blocks.ts'

const read = (bytes: Buffer, chunk = 65_536): Promise<LayerReading> => {
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, at) =>
    bytes.subarray(at * chunk, (at + 1) * chunk),
  )
  return readLayer(Readable.from(chunks, { objectMode: false }), {
    compression: compressionOf(bytes),
    bounds: scanBounds,
    spent: new Spent(scanBounds),
  })
}

/** A layer is known whole or says that it is not, and names nothing outside of the image. */
function hold(layer: LayerReading): void {
  expect(layer.isWhole || layer.problems.length > 0).toBe(true)
  for (const path of [...layer.occupied, ...layer.whiteouts, ...layer.links.values()])
    expect(path.startsWith('/') || path.split('/').includes('..')).toBe(false)
}

const program = elfOf([
  auditableOf([{ name: 'rand', version: '0.8.5', source: 'crates.io' }]),
  goInfoOf('go1.22.3', 'dep\ta.org/x\tv1.0.0\th1:x=\n'),
])

describe('a layer', () => {
  test('with any claims in its headers is read as far as it can be, and what it hides is told', async () => {
    const text = fc.string({ maxLength: 20, unit: 'binary' })
    const header = fc.record({
      name: fc.oneof(
        text,
        fc.constantFrom(
          '../etc/os-release',
          '/etc/os-release',
          'a/../../b',
          './x',
          'a//b',
          '.wh.',
          'a/.wh.b',
        ),
        fc.constantFrom(
          'a/.wh..wh..opq',
          'var/lib/dpkg/status',
          'a/node_modules/b/package.json',
          'x/'.repeat(50),
        ),
      ),
      size: fc.oneof(
        text,
        fc.constantFrom('0', '7', '1000', '77777777777', '-1', '1e3', '99'),
        fc.constantFrom(
          Buffer.alloc(12, 0xff),
          Buffer.from([0x80, ...Buffer.alloc(3), ...Buffer.alloc(8, 0x7f)]),
        ),
      ),
      type: fc.constantFrom(
        '0',
        '\0',
        '1',
        '2',
        '3',
        '4',
        '5',
        '6',
        '7',
        'S',
        'D',
        'V',
        'g',
        'x',
        'L',
        'K',
        'Z',
      ),
      linkname: fc.oneof(text, fc.constantFrom('../../../etc', '/etc/os-release', 'a')),
    })
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(program, Buffer.from(debianRelease), Buffer.from('20 path=/../../x\n30 size=-5\n')),
    )
    const entries = fc.array(fc.tuple(header, body), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(entries, fc.boolean(), async (all, isEnded) => {
        const blocks = all.map(([own, content]) => claimedEntry(own, content))
        hold(await read(Buffer.concat([...blocks, ...(isEnded ? [endOfTar] : [])])))
      }),
      { numRuns: 200 },
    )
  })

  test('with any bytes changed, or cut, tells no package that was not in it', async () => {
    const good = await layerOf([
      ['etc/os-release', debianRelease],
      ['var/lib/dpkg/status', dpkgStatus({ curl: '7.88.1-10' })],
      nodePackage('left', '1.0.0'),
      ['usr/bin/app', program],
      { name: 'etc/.wh.gone' },
      { name: 'lib/apk/db/installed', type: 'symlink', linkname: '../../../x' },
    ])
    const packed = gzipSync(good)
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(good, packed), changes, fc.nat(), async (whole, own, cut) => {
        const bytes = Buffer.from(whole)
        for (const [at, byte] of own) bytes[at % bytes.length] = byte
        hold(await read(bytes))
        const part = await read(whole.subarray(0, cut % whole.length))
        hold(part)
        for (const { packages } of part.files.values())
          for (const { name } of packages)
            expect(['curl', 'left', 'rand', 'stdlib', 'a.org/x']).toContain(name)
      }),
      { numRuns: 120 },
    )
  })

  test('whose entry has no size that can be read, or a folder one that it cannot have, is read and never waited for', async () => {
    const [before, after] = [nodePackage('a', '1.0.0'), nodePackage('z', '1.0.0')]
    const around = async (size: string | Buffer, type: string): Promise<LayerReading> => {
      const odd = claimedEntry({ name: 'd/', size, type, linkname: '' }, Buffer.alloc(0))
      return read(Buffer.concat([(await layerOf([before])).subarray(0, 1024), odd, await layerOf([after])]))
    }
    for (const size of ['\u0085', Buffer.from([0x80, ...Buffer.alloc(11, 0xff)])]) {
      const { files, problems } = await around(size, '0')
      expect([[...files.keys()], problems.join()]).toEqual([
        [before[0]],
        expect.stringContaining('does not say how large it is'),
      ])
    }
    expect([...(await around('777', '5')).files.keys()]).toEqual([before[0], after[0]])
  })

  test('of a hundred thousand tiny entries is read whole', async () => {
    const entry = (at: number): Buffer =>
      claimedEntry({ name: `d/${at}`, size: '0', type: '0', linkname: '' }, Buffer.alloc(0))
    const bytes = Buffer.concat([...Array.from({ length: 100_000 }, (_, at) => entry(at)), endOfTar])
    const layer = await read(bytes, 1 << 20)
    expect([layer.isWhole, layer.occupied.size, layer.problems]).toEqual([true, 100_000, []])
  })
})
