import { createReadStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { text as textOfStream } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'

/** Far above any real record, in bytes. */
const RECORD_SIZE_MAX = 16 * 1024 * 1024

/** Most records of one collection; the whole of npm with its malware is a quarter of it. */
const RECORDS_MAX = 1_000_000

/** Most bytes of all records together, so that a bomb ends early. */
const TOTAL_SIZE_MAX = 8 * 1024 * 1024 * 1024

/** One JSON text of a collection and the name it has there. */
export interface RecordText {
  name: string
  text: string
}

type Take = (record: RecordText) => void

/** Counts what is taken, and ends what goes past every bound. */
class Bounded {
  #records = 0
  #bytes = 0
  readonly #path: string
  readonly #take: Take

  constructor(path: string, take: Take) {
    this.#path = path
    this.#take = take
  }

  checkSize(name: string, bytes: number): void {
    this.#records += 1
    this.#bytes += bytes
    if (bytes > RECORD_SIZE_MAX)
      throw tooLarge(this.#path, `${name} has ${bytes} bytes, at most ${RECORD_SIZE_MAX}`)
    if (this.#records > RECORDS_MAX) throw tooLarge(this.#path, `it holds more than ${RECORDS_MAX} records`)
    if (this.#bytes > TOTAL_SIZE_MAX)
      throw tooLarge(this.#path, `it inflates to more than ${TOTAL_SIZE_MAX} bytes`)
  }

  take(record: RecordText): void {
    this.#take(record)
  }
}

/**
 * Every JSON file of a folder, a tar archive (plain or gzip) or a zip archive, or one JSON file. An archive is read once
 * and never unpacked to disk. Throws ADVISORIES_UNREADABLE.
 */
export async function readRecordTexts(path: string, take: Take): Promise<void> {
  const bounded = new Bounded(path, take)
  try {
    const found = await stat(path)
    if (found.isDirectory()) return await readFolder(path, bounded)
    return await readFile(path, bounded)
  } catch (thrown) {
    if (thrown instanceof TowpathError) throw thrown
    throw unreadable(path, messageOf(thrown))
  }
}

const isRecord = (name: string): boolean => name.endsWith('.json')

async function readFolder(path: string, bounded: Bounded): Promise<void> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && isRecord(entry.name))
  for (const entry of files) {
    const file = join(entry.parentPath, entry.name)
    bounded.checkSize(file, (await stat(file)).size)
    bounded.take({ name: file, text: await textOfStream(createReadStream(file)) })
  }
}

async function readFile(path: string, bounded: Bounded): Promise<void> {
  const head = await firstBytes(path)
  if (head.subarray(0, 2).toString('latin1') === 'PK') return readZip(path, bounded)
  if (head[0] === 0x1f && head[1] === 0x8b) return readTar(path, bounded, true)
  if (isRecord(path)) {
    bounded.checkSize(path, (await stat(path)).size)
    return bounded.take({ name: path, text: await textOfStream(createReadStream(path)) })
  }
  return readTar(path, bounded, false)
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

async function readTar(path: string, bounded: Bounded, isGzip: boolean): Promise<void> {
  const { extract } = await import('tar-stream')
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

async function readZip(path: string, bounded: Bounded): Promise<void> {
  const { openPromise } = await import('yauzl')
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true })
  try {
    for await (const entry of zip.eachEntry()) {
      if (!isRecord(entry.fileName)) continue
      bounded.checkSize(entry.fileName, entry.uncompressedSize)
      // The library ends a stream that gives more than the entry announces.
      const stream = await zip.openReadStreamPromise(entry)
      bounded.take({ name: entry.fileName, text: await textOfStream(stream) })
    }
  } finally {
    zip.close()
  }
}

const tooLarge = (path: string, what: string): TowpathError => unreadable(path, `it is too large: ${what}`)

const unreadable = (path: string, why: string): TowpathError =>
  new TowpathError({
    code: 'ADVISORIES_UNREADABLE',
    kind: 'usage',
    message: `${path} cannot be read as advisories: ${why}.`,
    hint: 'Nothing was judged and nothing was changed. It is a folder, a tar, tar.gz or zip archive of OSV records (JSON), or what towpath advisories import wrote.',
  })
