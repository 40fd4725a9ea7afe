import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { extract } from 'tar-stream'
import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import type { Layer } from '@towpath/domain/inventory/image/layer.ts'
import { LayerContent } from './layer-content.ts'
import type { LayerSize, ScanBounds, Spent } from './scan-bounds.ts'

export interface LayerReading extends Layer {
  /** `sha256:` of the uncompressed bytes; null where they were not read to their end, or never were compressed. */
  diffId: string | null
  /** Whether every entry was read. */
  isWhole: boolean
  size: LayerSize
}

export type Compression = 'gzip' | 'zstd' | 'none'

/** How bytes are compressed, by how they begin (RFC 1952, RFC 8878). */
export function compressionOf(first: Buffer): Compression {
  if (first[0] === 0x1f && first[1] === 0x8b) return 'gzip'
  return first.length >= 4 && first.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : 'none'
}

/**
 * Reads one layer as a stream, once, and keeps what it says of packages. Nothing is written anywhere. A layer that ends
 * early, is no tar or goes past a bound gives what was read until then, and a problem.
 */
export async function readLayer(
  bytes: Readable,
  { compression, bounds, spent }: { compression: Compression; bounds: ScanBounds; spent: Spent },
): Promise<LayerReading> {
  const content = new LayerContent(bounds, spent)
  const hash = createHash('sha256')
  const count = { packed: 0, plain: 0 }
  const packed = counted((chunk) => {
    count.packed += chunk.length
  })
  const plain = counted((chunk) => {
    count.plain += chunk.length
    // What is not compressed is hashed where it comes from.
    if (compression !== 'none') hash.update(chunk)
    if (count.plain > bounds.layerBytes)
      throw new RangeError(`inflates to more than ${bounds.layerBytes} bytes`)
    if (count.plain > bounds.bombBytes && count.plain > count.packed * bounds.inflation)
      throw new RangeError(`inflates to more than ${bounds.inflation} times its size`)
  })
  const tar = extract()
  const entries = (async () => {
    for await (const entry of tar) await content.take(entry.header, entry as AsyncIterable<Buffer>)
  })()
  try {
    const inflate = decompressor(compression)
    const flow =
      inflate === null ? pipeline(bytes, packed, plain, tar) : pipeline(bytes, packed, inflate, plain, tar)
    await Promise.all([flow, entries])
    const diffId = compression === 'none' ? null : `sha256:${hash.digest('hex')}`
    return { ...content.layer(), diffId, isWhole: true, size: content.size() }
  } catch (thrown) {
    await entries.catch(() => undefined)
    content.problem(`was read in part: ${reasonOf(thrown)}`)
    return { ...content.layer(), diffId: null, isWhole: false, size: content.size() }
  }
}

const decompressor = (compression: Compression) => {
  if (compression === 'gzip') return createGunzip({ chunkSize: 128 * 1024 })
  return compression === 'zstd' ? createZstdDecompress({ chunkSize: 128 * 1024 }) : null
}

const counted = (look: (chunk: Buffer) => void): Transform =>
  new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        look(chunk)
        done(null, chunk)
      } catch (thrown) {
        done(thrown as Error)
      }
    },
  })

const reasonOf = (thrown: unknown): string =>
  messageOf(thrown)
    .replaceAll(/\p{Cc}/gu, ' ')
    .slice(0, 200)
