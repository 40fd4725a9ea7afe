import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

/** A layer in an OCI layout: a gzip blob, and the tar in it. Digests are `sha256:` and hex, sizes bytes. */
export interface LayerBlob {
  digest: string
  size: number
  diffId: string
  plainSize: number
}

export const blobPath = (folder: string, digest: string): string =>
  join(folder, 'blobs', digest.replace(':', '/'))

/** Compresses a tar into a blob of the layout, as it streams by. */
export async function writeLayer(folder: string, tar: Readable, level: number): Promise<LayerBlob> {
  const blobs = join(folder, 'blobs/sha256')
  await mkdir(blobs, { recursive: true })
  const draft = join(blobs, randomUUID())
  const [plain, packed] = [hashed(), hashed()]
  await pipeline(tar, plain.stream, createGzip({ level }), packed.stream, createWriteStream(draft))
  const digest = packed.digest()
  await rename(draft, blobPath(folder, digest))
  return { digest, size: packed.size(), diffId: plain.digest(), plainSize: plain.size() }
}

/** Bytes pass through it and are counted and hashed on their way. */
function hashed(): { stream: PassThrough; digest: () => string; size: () => number } {
  const hash = createHash('sha256')
  let size = 0
  const stream = new PassThrough()
  stream.on('data', (chunk: Buffer) => {
    hash.update(chunk)
    size += chunk.length
  })
  return { stream, digest: () => `sha256:${hash.digest('hex')}`, size: () => size }
}

/** Makes the layout hold one image of these layers, lowest first. Layers that it does not name stay where they are. */
export async function writeImage(folder: string, layers: readonly LayerBlob[]): Promise<void> {
  const config = await writeDocument(folder, {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map((_, at) => ({ created_by: `RUN step ${at}` })),
  })
  const manifest = await writeDocument(folder, {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: layers.map(({ digest, size }) => ({
      ...{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size },
    })),
  })
  const entry = { mediaType: 'application/vnd.oci.image.manifest.v1+json', ...manifest }
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }))
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
}

async function writeDocument(folder: string, document: object): Promise<{ digest: string; size: number }> {
  const bytes = Buffer.from(JSON.stringify(document))
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  await writeFile(blobPath(folder, digest), bytes)
  return { digest, size: bytes.length }
}
