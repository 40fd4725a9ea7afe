import { deflateSync } from 'node:zlib'

/**
 * A 64-bit little-endian ELF file with these sections, and the table of their names; the tables stand at its end. With
 * `loadedEnd` its one segment, whose table takes the first bytes of the first section, is loaded up to there.
 */
export function elfOf(
  sections: readonly (readonly [name: string, content: Buffer])[],
  { loadedEnd = 0, type = 2, machine = 0 } = {},
): Buffer {
  const names = Buffer.from(`\0${[...sections.map(([name]) => name), '.shstrtab'].join('\0')}\0`, 'latin1')
  const all = [...sections, ['.shstrtab', names] as const]
  const parts: Buffer[] = []
  const table = [Buffer.alloc(64)]
  let offset = 64
  for (const [name, content] of all) {
    // Sections begin at multiples of 16, as linkers place them.
    const padded = Buffer.concat([content, Buffer.alloc((16 - (content.length % 16)) % 16)])
    const row = Buffer.alloc(64)
    row.writeUInt32LE(names.indexOf(`${name}\0`, 0, 'latin1'), 0)
    row.writeBigUInt64LE(BigInt(offset), 24)
    row.writeBigUInt64LE(BigInt(content.length), 32)
    table.push(row)
    parts.push(padded)
    offset += padded.length
  }
  const header = Buffer.alloc(64)
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  header.writeUInt16LE(type, 16)
  header.writeUInt16LE(machine, 18)
  header.writeBigUInt64LE(BigInt(offset), 40)
  header.writeUInt16LE(64, 58)
  header.writeUInt16LE(table.length, 60)
  header.writeUInt16LE(table.length - 1, 62)
  const bytes = Buffer.concat([header, ...parts, ...table])
  if (loadedEnd > 0) writeSegment(bytes, loadedEnd)
  return bytes
}

function writeSegment(bytes: Buffer, loadedEnd: number): void {
  bytes.writeBigUInt64LE(64n, 32)
  bytes.writeUInt16LE(56, 54)
  bytes.writeUInt16LE(1, 56)
  bytes.writeUInt32LE(1, 64)
  bytes.writeBigUInt64LE(BigInt(loadedEnd), 64 + 32)
}

export interface Crate {
  name: string
  version: string
  source: string
  kind?: string
  root?: boolean
}

/** What cargo-auditable puts into a program. */
export const auditableOf = (packages: readonly Crate[]): readonly [string, Buffer] => [
  '.dep-v0',
  deflateSync(JSON.stringify({ packages })),
]

const framed = (text: string): string => (text === '' ? '' : `${'0'.repeat(16)}${text}${'1'.repeat(16)}`)

const withLength = (text: string): Buffer => {
  const bytes: number[] = []
  let left = text.length
  do {
    bytes.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0))
    left >>= 7
  } while (left > 0)
  return Buffer.concat([Buffer.from(bytes), Buffer.from(text, 'latin1')])
}

/** What Go's linker puts into a program, from Go 1.18 on. */
export function goInfoOf(version: string, modules: string): readonly [string, Buffer] {
  const head = Buffer.alloc(32)
  head.write('\u00ff Go buildinf:', 'latin1')
  head.set([8, 2], 14)
  return ['.go.buildinfo', Buffer.concat([head, withLength(version), withLength(framed(modules))])]
}
