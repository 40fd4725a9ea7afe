import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AuditFolder, offline } from '../audit/testing/audit-folder.ts'
import { layerOf, nodePackage, ociLayout, platformsLayout, sha256 } from '../image/testing/image-archive.ts'
import type { Entry } from '../image/testing/image-archive.ts'
import { layoutRegistry } from '../image/testing/layout-registry.ts'
import type { LayoutRegistry } from '../image/testing/layout-registry.ts'

let at: AuditFolder
const open: LayoutRegistry[] = []
beforeEach(async () => {
  at = await AuditFolder.open()
})
afterEach(async () => {
  for (const registry of open.splice(0)) await registry.close()
  await at.close()
})

const registryOf = async (...given: Parameters<typeof layoutRegistry>): Promise<LayoutRegistry> => {
  const registry = await layoutRegistry(...given)
  open.push(registry)
  return registry
}

const layoutOf = async (...layers: (readonly Entry[])[]) => ociLayout(await Promise.all(layers.map(layerOf)))

const digestIn = (files: readonly [string, Buffer][]): string => {
  const index = JSON.parse(String(new Map(files).get('index.json'))) as { manifests: { digest: string }[] }
  return index.manifests[0]?.digest ?? ''
}

interface ScanDocument {
  exit: number
  inventory: { images: Record<string, unknown>[]; components: { purl: string; image: string }[] }
  error?: { code: string; title: string; hint: string }
}

const scan = async (...argv: string[]): Promise<ScanDocument> => {
  const { exit, out } = await at.run(['scan', '--json', ...offline, '--fail-on', 'none', ...argv])
  return { ...(JSON.parse(out) as ScanDocument), exit }
}

describe('an image in a registry', () => {
  test('is judged as the same image in a file is, and the source is told', async () => {
    const files = await layoutOf([nodePackage('left', '1.0.0')], [nodePackage('right', '2.0.0')])
    for (const [name, bytes] of files) await at.put(`layout/${name}`, bytes)
    const { repository } = await registryOf(files)
    const [fromRegistry, fromFile] = [await scan(`${repository}:1`), await scan('layout')]
    expect(fromRegistry.inventory.components).toEqual(fromFile.inventory.components)
    expect(fromRegistry.inventory.components).toHaveLength(2)
    expect(fromRegistry.inventory.images).toMatchObject([
      { source: 'registry', name: `${repository}:1`, digest: digestIn(files), platform: 'linux/amd64' },
    ])
    expect(fromFile.inventory.images).toMatchObject([{ source: 'file' }])
    const { out } = await at.run(['scan', `${repository}:1`, ...offline])
    expect(out).toContain(`from registry ${repository.split('/')[0]}, ${digestIn(files)}`)
  })

  test('is found by its digest, which its bytes must have', async () => {
    const files = await layoutOf([nodePackage('left', '1.0.0')])
    const { repository } = await registryOf(files)
    expect((await scan(`${repository}@${digestIn(files)}`)).inventory.components).toHaveLength(1)
    const other = await registryOf(files, (path, response) => {
      if (path.startsWith('manifests/')) response.end('{}')
      return path.startsWith('manifests/')
    })
    const { exit, error } = await scan(`${other.repository}@${digestIn(files)}`)
    expect([exit, error?.code]).toEqual([1, 'REGISTRY_ANSWER_UNREADABLE'])
  })

  test('of several platforms is read for each, or for the one that is named alone', async () => {
    const shared = await layerOf([nodePackage('shared', '1.0.0')])
    const [amd64, arm64] = [
      await layerOf([nodePackage('a', '1.0.0')]),
      await layerOf([nodePackage('b', '1.0.0')]),
    ]
    const registry = await registryOf(
      platformsLayout([
        { architecture: 'amd64', layers: [shared, amd64] },
        { architecture: 'arm64', layers: [shared, arm64] },
      ]),
    )
    const all = await scan(`${registry.repository}:1`)
    expect(all.inventory.images.map(({ platform }) => platform)).toEqual(['linux/amd64', 'linux/arm64'])
    expect(all.inventory.components).toHaveLength(4)
    expect(new Set(registry.asked).size).toBe(registry.asked.length)
    registry.asked.length = 0
    const one = await scan(`${registry.repository}:1`, '--platform', 'linux/arm64')
    expect(one.inventory.components.map(({ purl }) => purl)).toEqual([
      'pkg:npm/b@1.0.0',
      'pkg:npm/shared@1.0.0',
    ])
    expect(registry.asked.filter((path) => path.startsWith('manifests/'))).toHaveLength(2)
    const none = await scan(`${registry.repository}:1`, '--platform', 'linux/s390x')
    expect([none.exit, none.error?.code]).toEqual([2, 'PLATFORM_NOT_FOUND'])
    expect(none.error?.title).toContain('it has linux/amd64, linux/arm64')
  })

  test('whose layer was altered is not judged', async () => {
    const layer = await layerOf([nodePackage('left', '1.0.0')])
    const { repository } = await registryOf(ociLayout([layer], 'none'), (path, response, bytes) => {
      const isLayer = path === `blobs/sha256:${sha256(layer)}`
      if (isLayer && bytes !== undefined) response.end(Buffer.from(bytes).fill(0x61, bytes.length - 1))
      return isLayer
    })
    const { exit, error } = await scan(`${repository}:1`)
    expect([exit, error?.code]).toEqual([2, 'IMAGE_UNREADABLE'])
    expect(error?.title).toContain('altered or cut')
  })

  test('that gives out in the middle is told as the registry’s fault, never as a part of an image', async () => {
    const layer = await layerOf([nodePackage('left', '1.0.0')])
    const { repository } = await registryOf(ociLayout([layer], 'none'), (path, response) => {
      const isLayer = path === `blobs/sha256:${sha256(layer)}`
      if (isLayer) response.writeHead(404).end()
      return isLayer
    })
    expect((await scan(`${repository}:1`)).error?.code).toBe('REGISTRY_ANSWER_UNREADABLE')
  })

  test('that is not there was looked for in the engine too, unless only the registry was to be asked', async () => {
    const { repository } = await registryOf(await layoutOf([]))
    const { exit, error } = await scan(`${repository}:2`)
    expect([exit, error?.code]).toEqual([2, 'IMAGE_NOT_FOUND'])
    expect(error?.title).toMatch(/has no such image; no engine is here/)
    expect((await scan(`${repository}:2`, '--from', 'registry')).error?.title).not.toContain('engine')
  })

  test('that cannot be reached is looked for nowhere else', async () => {
    const registry = await registryOf(await layoutOf([]))
    await registry.close()
    open.length = 0
    const { exit, error } = await scan(`${registry.repository}:1`)
    expect([exit, error?.code]).toEqual([6, 'REGISTRY_UNREACHABLE'])
  })

  test('is what sbom and sbom diff take as well', async () => {
    const { repository } = await registryOf(await layoutOf([nodePackage('left', '1.0.0')]))
    const bill = await at.run(['sbom', `${repository}:1`])
    expect(bill.out).toContain('pkg:npm/left@1.0.0')
    await at.put('old.json', bill.out)
    expect((await at.run(['sbom', 'diff', 'old.json', `${repository}:1`])).out).toContain('1 the same')
  })
})

test('a second image is fetched without the layers that it shares with the first', async () => {
  const base = await layerOf([nodePackage('base', '1.0.0')])
  const [old, fresh] = [
    await layerOf([nodePackage('app', '1.0.0')]),
    await layerOf([nodePackage('app', '2.0.0')]),
  ]
  const first = await registryOf(ociLayout([base, old], 'none'))
  await scan(`${first.repository}:1`)
  const second = await registryOf(ociLayout([base, fresh], 'none'))
  const { inventory } = await scan(`${second.repository}:1`)
  expect(inventory.components.map(({ purl }) => purl)).toEqual(['pkg:npm/app@2.0.0', 'pkg:npm/base@1.0.0'])
  const layers = [base, old, fresh].map((layer) => `blobs/sha256:${sha256(layer)}`)
  expect(layers.map((path) => second.asked.includes(path))).toEqual([false, false, true])
})

describe('a name', () => {
  test('that may be a mistyped file is asked of nobody outside this machine', async () => {
    for (const name of ['nowhere', 'image.tar', './team/app', 'a/b.tgz']) {
      const { exit, error } = await scan(name)
      expect([name, exit]).toEqual([name, 2])
      expect(['IMAGE_NOT_FOUND', 'IMAGE_UNREADABLE']).toContain(error?.code)
    }
    expect((await scan('nowhere')).error?.title).toContain('write docker.io/library/nowhere')
  })

  test('outside the grammar of images is told with what is wrong in it', async () => {
    expect((await scan('Team/App:1')).error?.title).toContain('names of images are lower case')
  })
})
