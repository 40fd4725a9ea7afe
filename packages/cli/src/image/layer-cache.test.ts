import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LayerCache } from './layer-cache.ts'
import { openImages } from './open-image.ts'
import type { OpenImage } from './open-image.ts'
import { scanBounds } from './scan-bounds.ts'
import {
  dpkgStatus,
  debianRelease,
  layerOf,
  nodePackage,
  ociLayout,
  sha256,
} from './testing/image-archive.ts'
import type { Entry } from './testing/image-archive.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-layers-'))
})
afterEach(() => rm(folder, { recursive: true }))

const cache = () => new LayerCache({ env: { TOWPATH_HOME: folder }, now: () => new Date() })
const kept = () => readdir(join(folder, 'cache/layers')).catch(() => [])

const put = async (layers: readonly Buffer[]): Promise<string> => {
  const path = join(folder, 'image.tar')
  await writeFile(path, await layerOf(ociLayout(layers)))
  return path
}

const opened = async (path: string, own?: LayerCache): Promise<OpenImage | undefined> =>
  (await openImages(path, own === undefined ? {} : { cache: own }))[0]

const someEntry: fc.Arbitrary<Entry> = fc.oneof(
  fc.constantFrom<Entry>(
    ['etc/os-release', debianRelease],
    ['var/lib/dpkg/status', dpkgStatus({ curl: '7.88.1-10' })],
    ['var/lib/rpm/rpmdb.sqlite', 'x'],
    ['app/.wh.old', ''],
    ['app/.wh..wh..opq', ''],
    { name: 'lib/apk/db/installed', type: 'symlink', linkname: '../x' },
    { name: 'app/data', type: 'directory' },
  ),
  fc
    .string({ minLength: 1, maxLength: 8 })
    .map((name): Entry => nodePackage(`p${encodeURIComponent(name)}`, '1.0.0')),
)

describe('a layer that was read before', () => {
  test('is the same as when it was read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(someEntry, { maxLength: 5 }), { minLength: 1, maxLength: 3 }),
        async (all) => {
          const path = await put(await Promise.all(all.map(layerOf)))
          const first = await opened(path, cache())
          expect(await opened(path, cache())).toEqual(first)
          expect(await opened(path)).toEqual(first)
        },
      ),
      { numRuns: 25 },
    )
    expect((await kept()).length).toBeGreaterThan(1)
  })

  test('still has to be what it is named by', async () => {
    const layer = await layerOf([nodePackage('left', '1.0.0')])
    await opened(await put([layer]), cache())
    const files = ociLayout([layer])
    const [name = '', bytes = Buffer.alloc(0)] = files.at(-1) ?? []
    const altered = Buffer.from(bytes)
    altered.writeUInt8((altered.at(-1) ?? 0) ^ 1, altered.length - 1)
    const path = join(folder, 'altered.tar')
    await writeFile(path, await layerOf([...files.slice(0, -1), [name, altered]]))
    await expect(openImages(path, { cache: cache() })).rejects.toThrow('altered or cut')
  })

  test('in part only is read again', async () => {
    const layer = (await layerOf([nodePackage('left', '1.0.0')])).subarray(0, 700)
    const image = await opened(await put([layer]), cache())
    expect(image?.layers[0]?.problems).not.toEqual([])
    expect(await kept()).toEqual([])
  })

  test('counts toward the bounds of the whole image as if it were read', async () => {
    const layers = await Promise.all(['a', 'b'].map((name) => layerOf([nodePackage(name, '1.0.0')])))
    const path = await put(layers)
    await opened(path, cache())
    const bounds = { ...scanBounds, packages: 1 }
    const [image] = await openImages(path, { bounds, cache: cache() })
    expect(image?.layers.map(({ problems }) => problems.length)).toEqual([0, 1])
  })

  test('is read again where what was kept of it is broken, or is of another layer', async () => {
    const layers = await Promise.all(['a', 'b'].map((name) => layerOf([nodePackage(name, '1.0.0')])))
    const path = await put(layers)
    const first = await opened(path, cache())
    const [one = '', other = ''] = (await kept()).map((name) => join(folder, 'cache/layers', name))
    await writeFile(one, await readFile(other), { mode: 0o600 })
    expect(await opened(path, cache())).toEqual(first)
    await writeFile(other, 'x', { mode: 0o600 })
    expect(await opened(path, cache())).toEqual(first)
    expect((await readFile(other)).length).toBeGreaterThan(1)
  })
})

test('a layer is still read into what is kept: where this changes, READING has to be raised', async () => {
  const layer = await layerOf([
    ['etc/os-release', debianRelease],
    ['var/lib/dpkg/status', dpkgStatus({ curl: '7.88.1-10' })],
    nodePackage('left', '1.0.0'),
    ['a.jar', 'x'],
  ])
  const read = (await opened(await put([layer])))?.layers[0]
  const text = JSON.stringify([read?.diffId, [...(read?.files ?? [])], [...(read?.occupied ?? [])]])
  expect(sha256(text)).toBe('1021beaefab19e1bbcbc09f89e78feb61e8dd53cb9aff0cc4854e56ad276d234')
})
