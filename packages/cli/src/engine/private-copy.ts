import { createHash } from 'node:crypto'
import { constants, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

/** Larger files are no program that is known here. */
const PROGRAM_BYTES_MAX = 1024 * 1024 * 1024

/** Copies a program, as `copyWhole` does, to a file that can be run. */
export const copyProgram = (from: string, to: string): Promise<string> =>
  copyWhole(from, to, { bytesMax: PROGRAM_BYTES_MAX, mode: 0o500 })

/**
 * Copies a file to a new one that is ours alone, and tells the SHA-256 of the very bytes that were written: what is used
 * then is what was looked at, whatever becomes of the original meanwhile. Throws what the file system throws, and
 * RangeError where there is no end to it, or nothing that has one: a pipe could keep us waiting for ever, so what was
 * opened is looked at, and not what lay at the path before.
 */
export async function copyWhole(
  from: string,
  to: string,
  { bytesMax, mode }: { bytesMax: number; mode: number },
): Promise<string> {
  const source = await open(from, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!(await source.stat()).isFile()) throw new RangeError(`${from} is no file`)
    const hash = createHash('sha256')
    let bytes = 0
    await pipeline(
      source.createReadStream({ autoClose: false }),
      async function* counted(chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          bytes += chunk.length
          if (bytes > bytesMax) throw new RangeError(`${from} has more than ${bytesMax} bytes`)
          hash.update(chunk)
          yield chunk
        }
      },
      createWriteStream(to, { flags: 'wx', mode }),
    )
    return hash.digest('hex')
  } finally {
    await source.close()
  }
}
