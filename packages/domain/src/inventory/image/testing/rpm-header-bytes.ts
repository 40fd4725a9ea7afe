/** What one package of an RPM database says; a field that is left out is not in its header. */
export interface RpmFields {
  name?: string
  version?: string
  release?: string
  epoch?: number
  architecture?: string
  sourceRpm?: string
}

const TEXT = 6
const NUMBER = 4

/** The header of a package as RPM keeps it in its database, with entries beside those that are wanted. */
export function rpmHeaderBytes(given: RpmFields): Uint8Array {
  const { name, version, release, epoch, architecture, sourceRpm } = given
  const values: [tag: number, value: string | number | undefined][] = [
    [1000, name],
    [1001, version],
    [1002, release],
    [1003, epoch],
    [1004, 'what it is for'],
    [1022, architecture],
    [1044, sourceRpm],
  ]
  const present = values.flatMap(([tag, value]) => (value === undefined ? [] : [[tag, value] as const]))
  const start = 8 + present.length * 16
  const sizeOf = (value: string | number): number => (typeof value === 'string' ? value.length + 1 : 4)
  // Nothing stands at the beginning of the values, as a region does in real headers.
  const size = present.reduce((sum, [, value]) => sum + sizeOf(value), 4)
  const bytes = new Uint8Array(start + size)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, present.length)
  view.setUint32(4, size)
  let offset = 4
  for (const [at, [tag, value]] of present.entries()) {
    const entry = [tag, typeof value === 'string' ? TEXT : NUMBER, offset, 1]
    for (const [field, number] of entry.entries()) view.setUint32(8 + at * 16 + field * 4, number)
    if (typeof value === 'number') view.setUint32(start + offset, value)
    else bytes.set(new TextEncoder().encode(value), start + offset)
    offset += sizeOf(value)
  }
  return bytes
}
