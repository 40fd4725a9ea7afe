import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

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

/** One that is there and has no text that can be read: what it says, nobody knows. */
export interface UnreadRecord {
  name: string
  problem: string
}

export type Take = (record: RecordText | UnreadRecord) => void

/** Counts what is taken, and ends what goes past every bound. */
export class Bounded {
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

  take(record: RecordText | UnreadRecord): void {
    this.#take(record)
  }
}

export const isRecord = (name: string): boolean => /\.json$/i.test(name)

const tooLarge = (path: string, what: string): TowpathError => unreadable(path, `it is too large: ${what}`)

export const unreadable = (path: string, why: string): TowpathError =>
  new TowpathError({
    code: 'ADVISORIES_UNREADABLE',
    kind: 'usage',
    message: `${path} cannot be read as advisories: ${why}.`,
    hint: 'Nothing was judged and nothing was changed. It is a folder, a tar, tar.gz or zip archive of OSV records (JSON), or what towpath advisories import wrote.',
  })
