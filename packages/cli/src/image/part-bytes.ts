import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { compressionOf } from './read-layer.ts'
import type { Compression } from './read-layer.ts'

/** Bytes of one part as they come, hashed on their way to whoever reads them. */
export class PartBytes {
  readonly compression: Compression
  /** JSON, or a word such as a version; a tar begins with a name and has zero bytes behind it. */
  readonly isDocument: boolean
  /** The bytes from their beginning, to be read once. */
  readonly whole: Readable
  readonly #source: AsyncIterableIterator<Buffer>
  readonly #hash = createHash('sha256')
  #first: Buffer | null
  #fault: TowpathError | null = null

  private constructor(source: AsyncIterableIterator<Buffer>, first: Buffer) {
    this.#source = source
    this.#first = first
    this.compression = compressionOf(first)
    this.isDocument = this.compression === 'none' && !first.subarray(0, 512).includes(0)
    this.whole = Readable.from(this.#hashed(), { objectMode: false })
  }

  static async open(bytes: Readable): Promise<PartBytes> {
    const source = bytes[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>
    return new PartBytes(source, await beginningOf(source))
  }

  /**
   * SHA-256 in hex over all bytes: those that nobody read are read now, since they too say whether this is what is named.
   * Throws the fault of a registry or engine that broke off, which says nothing of the part.
   */
  async digest(): Promise<string> {
    if (this.#fault !== null) throw this.#fault
    this.#takeFirst()
    for await (const chunk of this.#source) this.#hash.update(chunk)
    return this.#hash.digest('hex')
  }

  #takeFirst(): Buffer | null {
    const first = this.#first
    this.#first = null
    if (first !== null) this.#hash.update(first)
    return first
  }

  async *#hashed(): AsyncGenerator<Buffer> {
    const first = this.#takeFirst()
    if (first !== null && first.length > 0) yield first
    try {
      for (let next = await this.#source.next(); next.done !== true; next = await this.#source.next()) {
        this.#hash.update(next.value)
        yield next.value
      }
    } catch (thrown) {
      if (thrown instanceof TowpathError) this.#fault = thrown
      throw thrown
    }
  }
}

/** Enough to tell what the bytes are: an archive may hand out its first ones by ones and twos. */
async function beginningOf(source: AsyncIterableIterator<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let size = 0; size < 512;) {
    const next = await source.next()
    if (next.done === true) break
    chunks.push(next.value)
    size += next.value.length
  }
  return Buffer.concat(chunks)
}
