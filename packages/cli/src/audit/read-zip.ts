import { buffer as bufferOfStream } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import { openPromise } from 'yauzl'
import { isRecord } from './record-bounds.ts'
import type { Bounded } from './record-bounds.ts'

/** Every JSON file of a zip archive, entry by entry of its directory. */
export async function readZip(path: string, bounded: Bounded): Promise<void> {
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true })
  try {
    for await (const entry of zip.eachEntry()) {
      if (!isRecord(entry.fileName)) continue
      bounded.checkSize(entry.fileName, entry.uncompressedSize)
      // The library ends a stream that gives more than the entry announces.
      const stream = await zip.openReadStreamPromise(entry)
      const bytes = await bufferOfStream(stream)
      // The library leaves this to its callers.
      if (crc32(bytes) !== entry.crc32) throw new RangeError(`${entry.fileName} is not what was packed`)
      bounded.take({ name: entry.fileName, text: bytes.toString('utf8') })
    }
  } finally {
    zip.close()
  }
}
