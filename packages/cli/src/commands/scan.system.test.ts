import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectDocker } from '@towpath/testkit/docker.ts'
import { startRegistry } from '@towpath/testkit/registry.ts'
import { AuditFolder, offline } from '../audit/testing/audit-folder.ts'
import { dockerSave, layerOf, nodePackage, platformsLayout } from '../image/testing/image-archive.ts'
import { pushLayout } from '../image/testing/push-layout.ts'

let at: AuditFolder
beforeEach(async () => {
  at = await AuditFolder.open()
})
afterEach(() => at.close())

interface ScanDocument {
  inventory: { images: Record<string, unknown>[]; components: { purl: string }[] }
  error?: { code: string }
}

const scan = async (env: Record<string, string>, ...argv: string[]): Promise<ScanDocument> => {
  const { out } = await at.run(['scan', '--json', ...offline, '--fail-on', 'none', ...argv], env)
  return JSON.parse(out) as ScanDocument
}

const purls = ({ inventory }: ScanDocument) => inventory.components.map(({ purl }) => purl)

describe('a registry with accounts', () => {
  test('gives each platform of an image to the account of docker login, and nothing to others', async () => {
    const auth = { user: 'ci', password: 'registry-pass-phrase' }
    const registry = await startRegistry({ auth })
    try {
      const layers = await Promise.all(['a', 'b'].map((name) => layerOf([nodePackage(name, '1.0.0')])))
      const files = platformsLayout([
        { architecture: 'amd64', layers: layers.slice(0, 1) },
        { architecture: 'arm64', layers },
      ])
      await pushLayout(files, registry, { repository: 'team/app', tag: '1.4.2' })
      const image = `${registry.host}/team/app:1.4.2`
      const refused = await scan({}, image)
      expect(refused.error?.code).toBe('REGISTRY_UNAUTHORIZED')
      const account = Buffer.from(`${auth.user}:${auth.password}`).toString('base64')
      await at.put('docker/config.json', JSON.stringify({ auths: { [registry.host]: { auth: account } } }))
      const all = await scan({}, image)
      expect(all.inventory.images.map(({ platform, source }) => [platform, source])).toEqual([
        ['linux/amd64', 'registry'],
        ['linux/arm64', 'registry'],
      ])
      expect(purls(await scan({}, image, '--platform', 'linux/arm64'))).toEqual([
        'pkg:npm/a@1.0.0',
        'pkg:npm/b@1.0.0',
      ])
    } finally {
      await registry.stop()
    }
  })
})

describe('the engine on this machine', () => {
  test('gives an image by its name, without a file between', async () => {
    const docker = connectDocker()
    const name = `towpath-scan-test-${randomBytes(4).toString('hex')}:1`
    const layers = [
      await layerOf([nodePackage('left', '1.0.0')]),
      await layerOf([nodePackage('right', '2.0.0')]),
    ]
    const loaded = await docker.loadImage(Readable.from([await layerOf(dockerSave(layers, name))]))
    for await (const _line of loaded);
    try {
      const found = await scan({ DOCKER_HOST: 'unix:///var/run/docker.sock' }, name)
      expect(found.inventory.images).toMatchObject([{ source: 'engine', name, platform: 'linux/amd64' }])
      expect(purls(found)).toEqual(['pkg:npm/left@1.0.0', 'pkg:npm/right@2.0.0'])
    } finally {
      await docker.getImage(name).remove()
    }
  })
})
