import { inflateSync } from 'node:zlib'
import type { FileReading } from '@towpath/domain/inventory/image/image-file.ts'
import { reading } from '@towpath/domain/inventory/image/image-file.ts'
import { readCargoAuditable, readGoBuildInfo } from '@towpath/domain/inventory/image/language-packages.ts'
import { elfMachine, elfSection, isElf } from './elf-file.ts'
import type { FilePart, SectionReading } from './elf-file.ts'
import { GoBuildInfoSearch } from './go-build-info.ts'
import { BEGINNING_SIZE, HELD_MAX, ProgramParts } from './program-parts.ts'
import type { ProgramSpace } from './program-parts.ts'

const MEGABYTE = 1024 * 1024

/** Bytes of the list of crates, inflated. */
const CRATES_SIZE_MAX = 16 * MEGABYTE

/**
 * Reads an entry to its end; what a program says of its modules or crates, and what it runs on where it may be run at
 * all. Null where it is no program or says nothing.
 */
export async function readProgram(
  { size, mayRun = true }: { size: number; mayRun?: boolean },
  content: AsyncIterable<Buffer>,
  space: ProgramSpace,
): Promise<FileReading | null> {
  const program = new Program(size, space)
  for await (const chunk of content) program.add(chunk)
  return program.reading(mayRun)
}

/** A file that is a program once its first bytes say so. */
class Program {
  readonly #size: number
  readonly #space: ProgramSpace
  readonly #search = new GoBuildInfoSearch()
  #isProgram: boolean | null = null
  #beginning: Buffer = Buffer.alloc(0)
  #parts: ProgramParts | null = null
  #offset = 0

  constructor(size: number, space: ProgramSpace) {
    this.#size = size
    this.#space = space
  }

  add(chunk: Buffer): void {
    if (this.#isOther()) return
    const rest = this.#parts === null ? this.#begin(chunk) : chunk
    if (this.#isOther()) return
    this.#search.add(chunk)
    this.#parts?.add(rest, this.#offset)
    this.#offset += rest.length
  }

  #isOther(): boolean {
    return this.#isProgram === false
  }

  /** Keeps the beginning until all of it is here; gives what of the chunk stands behind it. */
  #begin(chunk: Buffer): Buffer {
    const missing = Math.min(BEGINNING_SIZE, this.#size) - this.#beginning.length
    this.#beginning = Buffer.concat([this.#beginning, chunk.subarray(0, missing)])
    if (this.#isProgram === null && this.#beginning.length >= 4) this.#isProgram = isElf(this.#beginning)
    if (chunk.length < missing || this.#isProgram !== true) return Buffer.alloc(0)
    this.#parts = new ProgramParts(this.#beginning, { size: this.#size, space: this.#space })
    this.#offset = this.#beginning.length
    return chunk.subarray(missing)
  }

  reading(mayRun: boolean): FileReading | null {
    if (this.#isProgram !== true || this.#parts === null) return null
    const parts = this.#parts.parts()
    const header = this.#beginning
    const found =
      cratesOf(header, parts) ?? modulesOf(this.#search, elfSection(header, parts, '.go.buildinfo'))
    const machine = mayRun ? elfMachine(header) : null
    return machine === null ? found : { ...(found ?? reading({})), machine }
  }
}

function cratesOf(header: Buffer, parts: readonly FilePart[]): FileReading | null {
  const section = elfSection(header, parts, '.dep-v0')
  if (section === null) return null
  if (section === 'lost') return reading({ problem: lostCrates })
  try {
    return readCargoAuditable(inflateSync(section, { maxOutputLength: CRATES_SIZE_MAX }).toString('utf8'))
  } catch {
    return reading({ problem: 'its list of crates (.dep-v0) cannot be inflated' })
  }
}

/** Stripped of its tables a program of Go still holds the header: therefore all of it is looked through. */
function modulesOf(search: GoBuildInfoSearch, section: SectionReading): FileReading | null {
  const found = search.found()
  if (found === 'old')
    return reading({ problem: 'was built by Go before 1.18, whose list of modules is not read' })
  if (found !== null && found !== 'hidden') return readGoBuildInfo(found)
  return found === null && section === null ? null : reading({ problem: 'its modules of Go cannot be read' })
}

const lostCrates = `is larger than ${HELD_MAX / MEGABYTE} MB, and its crates stand in a part of it that was not held`
