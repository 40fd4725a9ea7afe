import { createReadStream } from 'node:fs'
import { Transform } from 'node:stream'
import type { TransformCallback } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { hasContent, hasReadableSize } from '../archive/readable-size.ts'
import { isRecord } from './record-bounds.ts'
import type { Bounded } from './record-bounds.ts'

/** Bytes of one block of a tar. */
const BLOCK = 512

/** Every JSON file of a tar archive, as a stream; the library is imported by name, so that a bundle keeps its names. */
export async function readTar(path: string, bounded: Bounded, isGzip: boolean): Promise<void> {
  const tar = extract()
  tar.on('entry', (header, stream, next) => {
    const isFile = header.type === 'file' || header.type === 'contiguous-file'
    const isWanted = isFile && isRecord(header.name)
    if (!isFile && header.type !== 'directory' && isRecord(header.name))
      bounded.take({ name: header.name, problem: 'is a link in its archive, and no file' })
    if (!hasContent(header)) return next()
    const chunks: Buffer[] = []
    // Before anything ends the archive: the stream of an entry goes with it, and says so.
    stream.on('error', next)
    try {
      if (!hasReadableSize(header))
        throw new RangeError('it holds an entry that does not say how large it is')
      bounded.checkSize(header.name, isWanted ? (header.size ?? 0) : 0)
    } catch (thrown) {
      tar.destroy(thrown as Error)
      return
    }
    stream.on('data', (chunk) => {
      if (isWanted) chunks.push(chunk as Buffer)
    })
    stream.on('end', () => {
      if (isWanted) bounded.take({ name: header.name, text: Buffer.concat(chunks).toString('utf8') })
      next()
    })
  })
  const file = createReadStream(path, { highWaterMark: 1024 * 1024 })
  const end = new EndOfArchive()
  await (isGzip
    ? pipeline(file, createGunzip({ chunkSize: 256 * 1024 }), end, tar)
    : pipeline(file, end, tar))
}

/** An archive ends with zeros (POSIX, pax): one without them was cut between two entries, and the rest is not known. */
class EndOfArchive extends Transform {
  #tail: Buffer = Buffer.alloc(0)

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const known = chunk.length >= BLOCK ? chunk : Buffer.concat([this.#tail, chunk])
    this.#tail = known.subarray(-BLOCK)
    done(null, chunk)
  }

  override _flush(done: TransformCallback): void {
    const isWhole = this.#tail.length === BLOCK && this.#tail.every((byte) => byte === 0)
    done(isWhole ? null : new RangeError('it breaks off before its end'))
  }
}
