import { inflateSync } from 'node:zlib'
import type { FileReading } from '@towpath/domain/inventory/image/image-file.ts'
import { reading } from '@towpath/domain/inventory/image/image-file.ts'
import { readCargoAuditable, readGoBuildInfo } from '@towpath/domain/inventory/image/language-packages.ts'
import { elfMachine, elfSection, isElf } from './elf-file.ts'
import type { FilePart, SectionReading } from './elf-file.ts'
import { findGoBuildInfo } from './go-build-info.ts'

const MEGABYTE = 1024 * 1024

/** Programs up to this size are held whole; of a larger one its header and its end, where the tables stand. */
const HELD_MAX = 64 * MEGABYTE
const END_SIZE = 32 * MEGABYTE

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
  let isProgram: boolean | null = null
  let header: Buffer = Buffer.alloc(0)
  let held: HeldPart | null = null
  for await (const chunk of content) {
    const before = header.length
    if (before < 64) header = Buffer.concat([header, chunk.subarray(0, 64 - before)])
    if (isProgram === null && header.length >= 4) isProgram = isElf(header)
    if (isProgram === false) continue
    held ??= new HeldPart(size <= HELD_MAX ? space.take(size) : null)
    held.add(chunk)
  }
  if (isProgram !== true || held === null) return null
  return readingOf(header, held.part(), mayRun)
}

function readingOf(header: Buffer, part: FilePart, mayRun: boolean): FileReading | null {
  const found = cratesOf(header, part) ?? modulesOf(part, elfSection(header, part, '.go.buildinfo'))
  const machine = mayRun ? elfMachine(header) : null
  return machine === null ? found : { ...(found ?? reading({})), machine }
}

/** Room for one program at a time, used again for the next: a layer of a hundred programs needs that of its largest. */
export class ProgramSpace {
  #bytes: Buffer = Buffer.alloc(0)

  take(size: number): Buffer {
    if (this.#bytes.length < size) this.#bytes = Buffer.alloc(size)
    return this.#bytes.subarray(0, size)
  }
}

/** A whole file in one buffer of its size, or the end of a large one. */
class HeldPart {
  readonly #whole: Buffer | null
  #end: Buffer[] = []
  #offset = 0
  #bytes = 0

  constructor(whole: Buffer | null) {
    this.#whole = whole
  }

  add(chunk: Buffer): void {
    if (this.#whole === null) this.#end.push(chunk)
    else chunk.copy(this.#whole, this.#bytes)
    this.#bytes += chunk.length
    while (this.#end.length > 0 && this.#bytes - (this.#end[0]?.length ?? 0) >= END_SIZE) {
      const dropped = this.#end.shift()?.length ?? 0
      this.#offset += dropped
      this.#bytes -= dropped
    }
  }

  part(): FilePart {
    const bytes = this.#whole?.subarray(0, this.#bytes) ?? Buffer.concat(this.#end)
    return { offset: this.#offset, bytes }
  }
}

function cratesOf(header: Buffer, part: FilePart): FileReading | null {
  const section = elfSection(header, part, '.dep-v0')
  if (section === null) return null
  if (section === 'lost') return reading({ problem: tooLarge('crates') })
  try {
    return readCargoAuditable(inflateSync(section, { maxOutputLength: CRATES_SIZE_MAX }).toString('utf8'))
  } catch {
    return reading({ problem: 'its list of crates (.dep-v0) cannot be inflated' })
  }
}

/** Stripped of its tables a program of Go still holds the header: therefore the whole part is looked through. */
function modulesOf(part: FilePart, section: SectionReading): FileReading | null {
  const found = findGoBuildInfo(part.bytes, part.offset)
  if (found === 'old')
    return reading({ problem: 'was built by Go before 1.18, whose list of modules is not read' })
  if (found !== null) return readGoBuildInfo(found)
  if (section === null) return null
  return reading({
    problem: section === 'lost' ? tooLarge('modules of Go') : 'its modules of Go cannot be read',
  })
}

const tooLarge = (what: string): string =>
  `is larger than ${HELD_MAX / MEGABYTE} MB, so its ${what} were not read`
