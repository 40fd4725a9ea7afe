import { startRegistry, type RunningRegistry } from '@towpath/testkit/registry.ts'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { registryContract } from './contract.ts'
import { ociRegistry } from './oci.ts'

const CONFIG = '{}'
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json'
const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

/** Pushes the smallest image there is, different for every tag, through the registry's own API. */
async function pushManifest(registry: RunningRegistry, repository: string, tag: string): Promise<string> {
  const { auth } = registry
  const authorization = auth && `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`
  const headers = authorization === undefined ? {} : { authorization }
  const base = `http://${registry.host}/v2/${repository}`
  const opened = await fetch(`${base}/blobs/uploads/`, { method: 'POST', headers })
  const upload = new URL(opened.headers.get('location') ?? '', base)
  upload.searchParams.set('digest', sha256(CONFIG))
  await fetch(upload, { method: 'PUT', headers, body: CONFIG })
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(CONFIG), size: 2 }
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config,
    layers: [],
    annotations: { tag },
  })
  const stored = await fetch(`${base}/manifests/${tag}`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': MANIFEST_TYPE },
    body: manifest,
  })
  if (stored.status !== 201) throw new Error(`push: ${stored.status} ${await stored.text()}`)
  return sha256(manifest)
}

registryContract(async () => {
  const running = await startRegistry()
  return {
    registry: ociRegistry(),
    repository: `${running.host}/team/app`,
    push: (tag) => pushManifest(running, 'team/app', tag),
    close: () => running.stop(),
  }
})

describe('a registry with accounts', () => {
  const auth = { user: 'deploy', password: 'registry-pass-phrase' }
  let running: RunningRegistry
  beforeAll(async () => {
    running = await startRegistry({ auth })
  })
  afterAll(() => running.stop())

  it('answers the right account, and tells a wrong one from a missing image', async () => {
    const digest = await pushManifest(running, 'team/app', '1')
    const image = `${running.host}/team/app:1`
    const credentials = { username: auth.user, password: auth.password }
    const registry = ociRegistry()
    const refused = expect.objectContaining({ code: 'REGISTRY_UNAUTHORIZED', retryable: false })
    expect(await registry.digestOf(image, credentials)).toBe(digest)
    expect(await registry.digestOf(`${running.host}/team/app:2`, credentials)).toBeNull()
    await expect(registry.digestOf(image, null)).rejects.toThrow(refused)
    await expect(registry.digestOf(image, { ...credentials, password: 'wrong' })).rejects.toThrow(refused)
  })
})

describe('a registry that goes down', () => {
  it('is unreachable, worth another try, and answers again when it is back', async () => {
    const first = await startRegistry()
    const port = Number(first.host.split(':')[1])
    await first.stop()
    const registry = ociRegistry()
    await expect(registry.digestOf(`${first.host}/team/app:1`, null)).rejects.toThrow(
      expect.objectContaining({ code: 'REGISTRY_UNREACHABLE', retryable: true }),
    )
    const second = await startRegistry({ port })
    expect(await registry.digestOf(`${second.host}/team/app:1`, null)).toBeNull()
    await second.stop()
  })
})
