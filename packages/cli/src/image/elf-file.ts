import { machineName } from '@towpath/domain/inventory/image/foreign-programs.ts'

/** Part of a file: bytes from an offset on. */
export interface FilePart {
  offset: number
  bytes: Buffer
}

export const isElf = (first: Buffer): boolean => first.length >= 4 && first.readUInt32BE(0) === 0x7f454c46

/** Executables, and shared objects, which position-independent programs are too. */
const programTypes = new Set([2, 3])

/** What a file of ELF runs on, as images name it; null where it is no program, or for another machine (gABI, chapter 4). */
export function elfMachine(header: Buffer): string | null {
  if (header.length < 20 || !isElf(header)) return null
  const isBigEndian = header[5] === 2
  const read = reader(isBigEndian)
  if (!programTypes.has(read.half(header, 16))) return null
  return machineName({ machine: read.half(header, 18), is64: header[4] === 2, isBigEndian })
}

/** Far above any real program. */
const SECTIONS_MAX = 65_536

interface Section {
  nameAt: number
  offset: number
  size: number
}

/** A section's bytes; null where the file has none of that name, `lost` where it has one outside of what is held. */
export type SectionReading = Buffer | 'lost' | null

/**
 * Finds a section of an ELF file (System V gABI, chapter 4) of which the header and some part are held. Whatever the
 * tables say, nothing outside of the part is touched; tables that contradict themselves give null, as a file without any.
 */
export function elfSection(header: Buffer, part: FilePart, name: string): SectionReading {
  const table = sectionTable(header, part)
  if (table === null || table === 'lost') return table
  const names = table.sections[table.namesAt]
  const texts = names === undefined ? null : slice(part, names)
  if (texts === null) return names === undefined ? null : 'lost'
  const wanted = Buffer.from(`${name}\0`, 'latin1')
  const found = table.sections.find(({ nameAt }) =>
    texts.subarray(nameAt, nameAt + wanted.length).equals(wanted),
  )
  if (found === undefined) return null
  return slice(part, found) ?? 'lost'
}

function sectionTable(
  header: Buffer,
  part: FilePart,
): { sections: Section[]; namesAt: number } | 'lost' | null {
  if (header.length < 64) return null
  const is64 = header[4] === 2
  const read = reader(header[5] === 2)
  const offset = is64 ? read.long(header, 40) : read.word(header, 32)
  const at = is64 ? 58 : 46
  const [entrySize, count, namesAt] = [
    read.half(header, at),
    read.half(header, at + 2),
    read.half(header, at + 4),
  ]
  if (offset === 0 || count === 0 || count > SECTIONS_MAX || entrySize < (is64 ? 64 : 40)) return null
  const table = slice(part, { offset, size: entrySize * count })
  if (table === null) return 'lost'
  const sections = Array.from({ length: count }, (_, index): Section => {
    const start = index * entrySize
    return {
      nameAt: read.word(table, start),
      offset: is64 ? read.long(table, start + 24) : read.word(table, start + 16),
      size: is64 ? read.long(table, start + 32) : read.word(table, start + 20),
    }
  })
  return { sections, namesAt }
}

/** Numbers in the byte order of the file; what does not fit a double is no place in any file. */
const reader = (isBigEndian: boolean) => ({
  half: (bytes: Buffer, at: number): number =>
    isBigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at),
  word: (bytes: Buffer, at: number): number =>
    isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at),
  long: (bytes: Buffer, at: number): number =>
    Number(isBigEndian ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at)),
})

function slice(
  { offset, bytes }: FilePart,
  { offset: at, size }: { offset: number; size: number },
): Buffer | null {
  const start = at - offset
  return start < 0 || start + size > bytes.length ? null : bytes.subarray(start, start + size)
}
