import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { attachedAttestations } from './attached-attestations.ts'
import { sha256 } from './testing/image-archive.ts'
import { layoutRegistry } from './testing/layout-registry.ts'
import type { LayoutRegistry } from './testing/layout-registry.ts'

const bundle = readFileSync(
  join(import.meta.dirname, '../../../adapters/src/attestation/fixtures/enterprise.sigstore.json'),
)
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json'
const image = `sha256:${'a'.repeat(64)}`

const shell = { env: { DOCKER_CONFIG: '/nowhere' } }
let registry: LayoutRegistry | null = null
afterEach(async () => {
  await registry?.close()
  registry = null
})

const named = (bytes: Buffer): [string, Buffer] => [`blobs/sha256/${sha256(bytes)}`, bytes]
const entryOf = (bytes: Buffer, more: object = {}) => ({
  digest: `sha256:${sha256(bytes)}`,
  size: bytes.length,
  ...more,
})
const manifestOf = (mediaType: string, blob = bundle): Buffer =>
  Buffer.from(JSON.stringify({ schemaVersion: 2, layers: [entryOf(blob, { mediaType })] }))

/** Where a registry answers of itself, and where tools write what it cannot answer. */
const places = {
  answer: `blobs/referrers/${image.replace(':', '/')}`,
  tag: `blobs/${image.replace(':', '-')}`,
}

async function attachedAt(
  place: keyof typeof places,
  manifests: readonly Buffer[],
  entry: object = {},
): Promise<string[]> {
  const index = Buffer.from(JSON.stringify({ manifests: manifests.map((one) => entryOf(one, entry)) }))
  registry = await layoutRegistry([[places[place], index], named(bundle), ...manifests.map(named)])
  const { digest, bundles } = await attachedAttestations(shell, `${registry.repository}@${image}`)
  expect(digest).toBe(image)
  return bundles.map(String)
}

describe('attestations beside an image', () => {
  test('are found as the registry tells of them, and under the tag where it cannot', async () => {
    expect(await attachedAt('answer', [manifestOf(BUNDLE)], { artifactType: BUNDLE })).toEqual([
      String(bundle),
    ])
    await registry?.close()
    expect(await attachedAt('tag', [manifestOf(BUNDLE)])).toEqual([String(bundle)])
  })

  test('are told apart from what else is attached', async () => {
    const bill = manifestOf('application/vnd.cyclonedx+json')
    expect(await attachedAt('tag', [bill, manifestOf(BUNDLE)])).toEqual([String(bundle)])
  })

  test('that are not there, or are another kind, are told with what to do', async () => {
    await expect(attachedAt('tag', [])).rejects.toMatchObject({ code: 'ATTESTATION_NOT_ATTACHED' })
    await registry?.close()
    await expect(
      attachedAt('answer', [manifestOf(BUNDLE)], { artifactType: 'application/spdx+json' }),
    ).rejects.toMatchObject({
      code: 'ATTESTATION_NOT_ATTACHED',
      hint: expect.stringContaining('push-to-registry'),
    })
  })

  test('are nothing where the image is not, or has no name', async () => {
    registry = await layoutRegistry([])
    await expect(attachedAttestations(shell, 'NOT A NAME')).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
  })
})
