import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { imageInventory } from '@towpath/domain/inventory/image/image-inventory.ts'
import { openImages } from './open-image.ts'
import { scanBounds } from './scan-bounds.ts'
import {
  debianRelease,
  dockerSave,
  dpkgStatus,
  layerOf,
  nodePackage,
  ociLayout,
  sha256,
  writeFolder,
} from './testing/image-archive.ts'
import type { Entry } from './testing/image-archive.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-image-'))
})
afterEach(() => rm(folder, { recursive: true }))

const now = new Date('2026-11-27T00:00:00Z')
const status = 'var/lib/dpkg/status'

const put = async (files: readonly [string, Buffer][]): Promise<string> => {
  const path = join(folder, 'image.tar')
  await writeFile(path, await layerOf(files))
  return path
}

const inventoryAt = async (path: string, bounds = scanBounds) => {
  const [image] = await openImages(path, { bounds })
  if (image === undefined) throw new Error('no image')
  const inventory = imageInventory({ image: 'image', platform: image.platform, layers: image.layers, now })
  return {
    ...inventory,
    gaps: inventory.inventories.flatMap(({ gaps }) => gaps.map(({ message }) => message)),
  }
}

/** Scans layers, lowest first. */
const scan = async (layers: readonly (readonly Entry[])[]) =>
  inventoryAt(await put(dockerSave(await Promise.all(layers.map(layerOf)))))

const names = ({ components }: { components: readonly { name: string; version: string }[] }) =>
  components.map(({ name, version }) => `${name} ${version}`)

describe('an image', () => {
  const layers = async () =>
    Promise.all([
      layerOf([
        ['./etc/os-release', debianRelease],
        [status, dpkgStatus({ libc6: '2.36-9' })],
      ]),
      layerOf([[status, dpkgStatus({ curl: '7.88.1-10', libc6: '2.36-9' })], nodePackage('left', '1.0.0')]),
    ])

  const ways = ['gzip', 'zstd', 'none'] as const
  test.each(ways)('of an OCI layout in a tar is read, layers compressed by %s', async (packing) => {
    const inventory = await inventoryAt(await put(ociLayout(await layers(), packing)))
    expect(inventory.components.map(({ purl }) => purl)).toEqual([
      'pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12',
      'pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12',
      'pkg:npm/left@1.0.0',
    ])
    expect(inventory.gaps).toEqual([])
  })

  test('is the same whether it comes as a folder, a docker save archive or a compressed one', async () => {
    const own = await layers()
    const archive = await put(dockerSave(own))
    const whole = await inventoryAt(archive)
    await writeFolder(join(folder, 'layout'), ociLayout(own))
    expect((await inventoryAt(join(folder, 'layout'))).components).toEqual(whole.components)
    const gz = join(folder, 'image.tar.gz')
    await writeFile(gz, gzipSync(await layerOf(dockerSave(own))))
    expect((await inventoryAt(gz)).components).toEqual(whole.components)
  })

  test('tells of each package which layer brought it, though a later one writes the database anew', async () => {
    const [base, top] = await layers()
    if (base === undefined || top === undefined) throw new Error('two layers are made above')
    const { components } = await inventoryAt(await put(dockerSave([base, top])))
    expect(components.map(({ name, layer }) => [name, layer])).toEqual([
      ['curl', `sha256:${sha256(top)}`],
      ['libc6', `sha256:${sha256(base)}`],
      ['left', `sha256:${sha256(top)}`],
    ])
  })

  test('ships what it holds', async () => {
    const { components } = await scan([[nodePackage('@a/b', '2.0.0')]])
    expect(components).toMatchObject([
      { purl: 'pkg:npm/%40a/b@2.0.0', presence: 'shipped', file: 'app/node_modules/@a/b/package.json' },
    ])
  })

  test('of layers that are links to the same layer, as older Docker writes them, is read once', async () => {
    const [layer] = await layers()
    if (layer === undefined) throw new Error('a layer is made above')
    const files = dockerSave([layer, layer])
    const [first, second, ...rest] = files
    if (first === undefined || second === undefined) throw new Error('two layers are made above')
    const manifest = rest.at(-1)
    const other = `other/layer.tar`
    const listed = JSON.stringify(JSON.parse(String(manifest?.[1]))).replace(
      `"${first[0]}","${first[0]}"`,
      `"${first[0]}","${other}"`,
    )
    const path = join(folder, 'linked.tar')
    await writeFile(
      path,
      await layerOf([
        first,
        { name: other, type: 'symlink', linkname: `../${first[0]}` },
        ...rest.slice(0, -1),
        ['manifest.json', listed],
      ]),
    )
    expect(names(await inventoryAt(path))).toEqual(['libc6 2.36-9'])
  })
})

describe('an image is found', () => {
  test('wherever its first bytes fall in what is read at once', async () => {
    const layer = await layerOf([nodePackage('a', '1.0.0')])
    const files = ociLayout([layer], 'zstd')
    const blob = files.at(-1)?.[1] ?? Buffer.alloc(0)
    const gzip = gzipSync(await layerOf(files), { level: 0 })
    for (const missing of [1, 2, 3]) {
      // A file name in gzip's header moves the rest, until a megabyte ends within the first bytes of the layer.
      const shift = 1024 * 1024 - missing - gzip.indexOf(blob.subarray(0, 16))
      const head = Buffer.from(gzip.subarray(0, 10))
      head[3] = 8
      const name = Buffer.alloc(shift, 'n')
      name[shift - 1] = 0
      const path = join(folder, `${missing}.tar.gz`)
      await writeFile(path, Buffer.concat([head, name, gzip.subarray(10)]))
      expect(names(await inventoryAt(path))).toEqual(['a 1.0.0'])
    }
  })

  test('in what docker save wrote, unpacked', async () => {
    await writeFolder(join(folder, 'saved'), dockerSave([await layerOf([nodePackage('a', '1.0.0')])]))
    expect(names(await inventoryAt(join(folder, 'saved')))).toEqual(['a 1.0.0'])
  })

  test('in no folder that only happens to be large', async () => {
    await expect(openImages('/')).rejects.toThrow('is a folder with neither')
  })

  test('among others in an index, of which one far too large is never passed over', async () => {
    const layer = await layerOf([nodePackage('a', '1.0.0')])
    const files = ociLayout([layer])
    const large = Buffer.from(JSON.stringify({ pad: 'x'.repeat(9_000_000) }))
    const inner = JSON.parse(String(files[1]?.[1])) as { manifests: object[] }
    const index = Buffer.from(
      JSON.stringify({ manifests: [...inner.manifests, { digest: `sha256:${sha256(large)}` }] }),
    )
    const top = Buffer.from(JSON.stringify({ manifests: [{ digest: `sha256:${sha256(index)}` }] }))
    const blobs = [index, large].map((bytes): [string, Buffer] => [`blobs/sha256/${sha256(bytes)}`, bytes])
    const all: [string, Buffer][] = [
      ['index.json', top],
      ...files.filter(([name]) => name !== 'index.json'),
      ...blobs,
    ]
    await expect(openImages(await put(all))).rejects.toThrow('far too large')
    expect(names(await inventoryAt(await put(all.slice(0, -1))))).toEqual(['a 1.0.0'])
  })
})

describe('a later layer', () => {
  const base: Entry[] = [nodePackage('kept', '1.0.0'), nodePackage('gone', '1.0.0')]
  const gone = 'app/node_modules/gone'

  const deletions: [string, Entry[], string[]][] = [
    ['a whiteout of a file', [[`${gone}/.wh.package.json`, '']], ['kept 1.0.0']],
    ['a whiteout of a folder', [['app/node_modules/.wh.gone', '']], ['kept 1.0.0']],
    ['an opaque folder', [[`${gone}/.wh..wh..opq`, '']], ['kept 1.0.0']],
    ['a file in place of the folder', [[gone, 'x']], ['kept 1.0.0']],
    ['a link in place of the folder', [{ name: gone, type: 'symlink', linkname: 'kept' }], ['kept 1.0.0']],
    ['an opaque root', [['.wh..wh..opq', '']], []],
    ['a whiteout of another name', [['app/node_modules/.wh.go', '']], ['gone 1.0.0', 'kept 1.0.0']],
    ['a name that looks like one', [['app/node_modules/xwh.gone', '']], ['gone 1.0.0', 'kept 1.0.0']],
  ]
  test.each(deletions)('takes away by %s', async (_, top, left) => {
    expect(names(await scan([base, top]))).toEqual(left)
  })

  test('keeps what it brings itself into a folder that it empties, in any order', async () => {
    const own = nodePackage('gone', '2.0.0')
    const opaque: Entry = [`${gone}/.wh..wh..opq`, '']
    expect(names(await scan([base, [own, opaque]]))).toEqual(['gone 2.0.0', 'kept 1.0.0'])
    expect(names(await scan([base, [opaque, own]]))).toEqual(['gone 2.0.0', 'kept 1.0.0'])
  })

  test('brings a package back that one between took away', async () => {
    const top = nodePackage('gone', '1.0.0')
    const { components, layers } = await scan([base, [['app/node_modules/.wh.gone', '']], [top]])
    expect(components.find(({ name }) => name === 'gone')?.layer).toBe(layers[2]?.diffId)
  })
})

describe('hostile layers', () => {
  test('names outside of the image are told, and read nowhere', async () => {
    const { gaps, components } = await scan([
      [
        ['../../app/node_modules/a/package.json', '{"name":"a","version":"1.0.0"}'],
        nodePackage('b', '1.0.0'),
      ],
    ])
    expect(components.map(({ name }) => name)).toEqual(['b'])
    expect(gaps.join()).toContain('names lead outside of the image')
  })

  test('absolute names count from the root of the image, as a runtime has them', async () => {
    const { components } = await scan([
      [['/app/node_modules/a/package.json', '{"name":"a","version":"1.0.0"}']],
    ])
    expect(components.map(({ file }) => file)).toEqual(['app/node_modules/a/package.json'])
  })

  test('a hard link to what was read counts there; one to anything else is a gap', async () => {
    const [path, text] = nodePackage('a', '1.0.0')
    const link = (name: string, linkname: string): Entry => ({ name, type: 'link', linkname })
    const other = 'srv/node_modules/a/package.json'
    expect((await scan([[[path, text], link(other, path)]])).gaps).toEqual([])
    const { gaps } = await scan([[['store/ab12', text], link(other, 'store/ab12')]])
    expect(gaps.join()).toContain('is a link to store/ab12, which was not read')
  })

  test('a sparse file is a gap', async () => {
    const pax = { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0' }
    const { gaps } = await scan([[{ name: status, pax }, nodePackage('a', '1.0.0')]])
    expect(gaps.join()).toContain('sparse')
  })

  test('a layer that inflates without end is known in part, and told', async () => {
    const layer = await layerOf([nodePackage('a', '1.0.0'), ['zeros', Buffer.alloc(4_000_000)]])
    const path = await put(ociLayout([layer]))
    const { gaps, components } = await inventoryAt(path, { ...scanBounds, bombBytes: 1_000_000 })
    expect(components.map(({ name }) => name)).toEqual(['a'])
    expect(gaps.join()).toContain('was read in part: inflates to more than 200 times its size')
  })

  test('very many entries are read; more than the bound are known in part', async () => {
    const many = Array.from({ length: 10_000 }, (_, at): Entry => [`d/${at}`, ''])
    const layer = await layerOf([nodePackage('a', '1.0.0'), ...many, nodePackage('z', '1.0.0')])
    const path = await put(ociLayout([layer]))
    expect(names(await inventoryAt(path))).toEqual(['a 1.0.0', 'z 1.0.0'])
    const { gaps } = await inventoryAt(path, { ...scanBounds, layerEntries: 5_000 })
    expect(gaps.join()).toContain('read in part: holds more than 5000 entries')
  })

  const together: [string, Partial<typeof scanBounds>, string][] = [
    ['entries', { entriesInAll: 3 }, 'more than 3 entries together'],
    ['names', { nameCharactersInAll: 100 }, 'names of more than 100 characters together'],
    ['packages', { packages: 3 }, 'more than 3 packages together'],
  ]
  test.each(together)('many layers have one bound of %s together', async (_, bounds, told) => {
    const layers = await Promise.all(
      ['a', 'b'].map((name) => layerOf([nodePackage(`${name}1`, '1.0.0'), nodePackage(`${name}2`, '1.0.0')])),
    )
    const path = await put(dockerSave(layers))
    const { gaps, components } = await inventoryAt(path, { ...scanBounds, ...bounds })
    expect(components.length).toBe(3)
    expect(gaps.join()).toContain(told)
  })

  test('a layer cut short is known in part', async () => {
    const whole = await layerOf([nodePackage('a', '1.0.0'), ['big', 'x'.repeat(10_000)]])
    const { gaps, components } = await inventoryAt(await put(ociLayout([whole.subarray(0, 4096)])))
    expect(components.map(({ name }) => name)).toEqual(['a'])
    expect(gaps.join()).toContain('was read in part')
  })

  test('an archive whose blob was altered is no image', async () => {
    const files = ociLayout([await layerOf([nodePackage('a', '1.0.0')])])
    const last = files.at(-1)
    if (last === undefined) throw new Error('a layer is made above')
    const altered = gzipSync(await layerOf([nodePackage('a', '9.9.9')]))
    await expect(openImages(await put([...files.slice(0, -1), [last[0], altered]]))).rejects.toThrow(
      'altered',
    )
  })

  test('an archive of docker save whose layer was altered is no image, though its end is broken too', async () => {
    const layer = await layerOf([nodePackage('a', '1.0.0')])
    const [first, ...rest] = dockerSave([layer])
    if (first === undefined) throw new Error('a layer is made above')
    const altered = Buffer.from(layer)
    altered.write('9', altered.indexOf('1.0.0'))
    altered[1024] = 1
    const path = await put([[first[0], altered], ...rest])
    await expect(openImages(path)).rejects.toThrow('holds something else than its configuration says')
  })

  test('bytes in, an image with known gaps or an error for people out', async () => {
    const good = await layerOf(dockerSave([await layerOf([nodePackage('a', '1.0.0')])]))
    const path = join(folder, 'some.tar')
    const outcome = async (bytes: Buffer): Promise<string> => {
      await writeFile(path, bytes)
      try {
        return names(await inventoryAt(path)).join()
      } catch (thrown) {
        if (thrown instanceof TowpathError) return thrown.code
        throw thrown
      }
    }
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(good.length), async (own, end) => {
        const bytes = Buffer.from(good)
        for (const [at, byte] of own) bytes[at] = byte
        expect(['', 'a 1.0.0', 'IMAGE_UNREADABLE']).toContain(await outcome(bytes))
        expect(['a 1.0.0', 'IMAGE_UNREADABLE']).toContain(await outcome(good.subarray(0, end)))
      }),
      { numRuns: 150 },
    )
    expect(await outcome(Buffer.alloc(0))).toBe('IMAGE_UNREADABLE')
  })
})
