import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

/** Larger files are no program that is known here. */
const PROGRAM_BYTES_MAX = 1024 * 1024 * 1024

/**
 * Copies a program to a new file that is ours alone, and tells the SHA-256 of the very bytes that were written: what is
 * run then is what was looked at, whatever becomes of the original meanwhile. Throws what the file system throws, and
 * RangeError where there is no end to it, or nothing that has one: a pipe could keep us waiting for ever.
 */
export async function copyProgram(from: string, to: string): Promise<string> {
  if (!(await stat(from)).isFile()) throw new RangeError(`${from} is no file`)
  const hash = createHash('sha256')
  let bytes = 0
  await pipeline(
    createReadStream(from),
    async function* counted(chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        bytes += chunk.length
        if (bytes > PROGRAM_BYTES_MAX) throw new RangeError(`it has more than ${PROGRAM_BYTES_MAX} bytes`)
        hash.update(chunk)
        yield chunk
      }
    },
    createWriteStream(to, { flags: 'wx', mode: 0o500 }),
  )
  return hash.digest('hex')
}
