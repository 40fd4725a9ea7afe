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
 * Finds a section of an ELF file (System V gABI, chapter 4) of which the header and some parts are held. Whatever the
 * tables say, nothing outside of the parts is touched; tables that contradict themselves give null, as a file without any.
 */
export function elfSection(header: Buffer, parts: readonly FilePart[], name: string): SectionReading {
  const table = sectionTable(header, parts)
  if (table === null || table === 'lost') return table
  const names = table.sections[table.namesAt]
  const texts = names === undefined ? null : slice(parts, names)
  if (texts === null) return names === undefined ? null : 'lost'
  const wanted = Buffer.from(`${name}\0`, 'latin1')
  const found = table.sections.find(({ nameAt }) =>
    texts.subarray(nameAt, nameAt + wanted.length).equals(wanted),
  )
  if (found === undefined) return null
  return slice(parts, found) ?? 'lost'
}

function sectionTable(
  header: Buffer,
  parts: readonly FilePart[],
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
  const table = slice(parts, { offset, size: entrySize * count })
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
  parts: readonly FilePart[],
  { offset: at, size }: { offset: number; size: number },
): Buffer | null {
  const part = parts.find(({ offset, bytes }) => at >= offset && at + size <= offset + bytes.length)
  return part?.bytes.subarray(at - part.offset, at - part.offset + size) ?? null
}

/** Segments that are loaded (chapter 5); far above any real program's count of them. */
const PT_LOAD = 1
const SEGMENTS_MAX = 64

/** Where the last byte stands that is loaded, as the segments say that are in these first bytes; 0 where none does. */
export function loadedEnd(beginning: Buffer): number {
  if (beginning.length < 64) return 0
  const is64 = beginning[4] === 2
  const read = reader(beginning[5] === 2)
  const offset = is64 ? read.long(beginning, 32) : read.word(beginning, 28)
  const at = is64 ? 54 : 42
  const [entrySize, count] = [read.half(beginning, at), read.half(beginning, at + 2)]
  let end = 0
  for (let index = 0; index < Math.min(count, SEGMENTS_MAX); index += 1) {
    const start = offset + index * entrySize
    if (start + (is64 ? 56 : 32) > beginning.length) break
    if (read.word(beginning, start) !== PT_LOAD) continue
    const [from, size] = is64
      ? [read.long(beginning, start + 8), read.long(beginning, start + 32)]
      : [read.word(beginning, start + 4), read.word(beginning, start + 16)]
    end = Math.max(end, from + size)
  }
  return end
}
