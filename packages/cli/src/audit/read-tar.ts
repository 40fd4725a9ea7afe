import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { isRecord } from './record-bounds.ts'
import type { Bounded } from './record-bounds.ts'

/** Every JSON file of a tar archive, as a stream; the library is imported by name, so that a bundle keeps its names. */
export async function readTar(path: string, bounded: Bounded, isGzip: boolean): Promise<void> {
  const tar = extract()
  tar.on('entry', (header, stream, next) => {
    const isWanted = header.type === 'file' && isRecord(header.name)
    const chunks: Buffer[] = []
    try {
      bounded.checkSize(header.name, isWanted ? (header.size ?? 0) : 0)
    } catch (thrown) {
      tar.destroy(thrown as Error)
      return
    }
    stream.on('data', (chunk) => {
      if (isWanted) chunks.push(chunk as Buffer)
    })
    stream.on('error', next)
    stream.on('end', () => {
      if (isWanted) bounded.take({ name: header.name, text: Buffer.concat(chunks).toString('utf8') })
      next()
    })
  })
  const file = createReadStream(path, { highWaterMark: 1024 * 1024 })
  await (isGzip ? pipeline(file, createGunzip({ chunkSize: 256 * 1024 }), tar) : pipeline(file, tar))
}
