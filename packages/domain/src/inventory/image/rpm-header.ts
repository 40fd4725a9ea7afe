import { reading } from './image-file.ts'
import type { FileReading, FoundPackage } from './image-file.ts'

const TAG = { name: 1000, version: 1001, release: 1002, epoch: 1003, architecture: 1022, sourceRpm: 1044 }

/** Far above any real header: the tag with the most entries is the list of a package's files. */
const ENTRIES_MAX = 65_536

const TEXT_BYTES_MAX = 1024

/** Reads the headers of an RPM database, one for each package. One that cannot be read makes the whole a part. */
export function readRpmHeaders(headers: Iterable<Uint8Array>): FileReading {
  const packages: FoundPackage[] = []
  let broken = 0
  for (const header of headers) {
    const found = readRpmHeader(header)
    if (found === null) broken += 1
    // Keys that packages are signed with stand among the packages, and are none.
    else if (found.name !== 'gpg-pubkey') packages.push(found)
  }
  const problem = broken === 0 ? null : `holds ${broken} packages that cannot be read`
  return reading({ packages, problem })
}

/**
 * One package as the database keeps it: the header of the RPM package format, version 4, without its magic. Two counts,
 * then an index of 16 bytes an entry (tag, type, offset, count), then the values; all numbers have their high byte first.
 * Null where it is none, or does not say what every package has.
 */
export function readRpmHeader(header: Uint8Array): FoundPackage | null {
  const values = valuesOf(header)
  if (values === null) return null
  const [name, version, release] = [TAG.name, TAG.version, TAG.release].map(values.text)
  if (!isWord(name) || !isWord(version) || !isWord(release)) return null
  const epoch = values.number(TAG.epoch) ?? 0
  const [architecture, sourceRpm] = [values.text(TAG.architecture), values.text(TAG.sourceRpm)]
  return {
    kind: 'rpm',
    name,
    version: withEpoch(epoch, `${version}-${release}`),
    source: 'registry',
    origin: originOf(sourceRpm ?? '', epoch),
    architecture: isWord(architecture) ? architecture : null,
  }
}

const withEpoch = (epoch: number, version: string): string => (epoch === 0 ? version : `${epoch}:${version}`)

const isWord = (text: string | null | undefined): text is string =>
  typeof text === 'string' && /^[!-~]+$/.test(text)

/** `openssl-3.0.7-27.el9.src.rpm`; a source package has no epoch in its file's name, and that of what is built from it. */
function originOf(file: string, epoch: number): FoundPackage['origin'] {
  const [, name, version] = /^([!-~]+)-([^-\s]+-[^-\s]+)\.(?:no)?src\.rpm$/.exec(file) ?? []
  return name === undefined || version === undefined ? null : { name, version: withEpoch(epoch, version) }
}

interface HeaderValues {
  text: (tag: number) => string | null
  number: (tag: number) => number | null
}

/** Nothing outside of the header is touched, whatever its index says. */
function valuesOf(header: Uint8Array): HeaderValues | null {
  if (header.length < 8) return null
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  const [count, size] = [view.getUint32(0), view.getUint32(4)]
  const start = 8 + count * 16
  if (count === 0 || count > ENTRIES_MAX || start + size > header.length) return null
  const data = header.subarray(start, start + size)
  const offsets = new Map<number, number>()
  for (let at = 8; at < start; at += 16) offsets.set(view.getInt32(at), view.getInt32(at + 8))
  const offsetOf = (tag: number): number | null => {
    const offset = offsets.get(tag) ?? -1
    return offset >= 0 && offset < size ? offset : null
  }
  return {
    text: (tag) => {
      const offset = offsetOf(tag)
      return offset === null ? null : textAt(data, offset)
    },
    number: (tag) => {
      const offset = offsetOf(tag)
      return offset === null || offset + 4 > size ? null : view.getUint32(start + offset)
    },
  }
}

function textAt(data: Uint8Array, offset: number): string | null {
  const end = data.subarray(offset, offset + TEXT_BYTES_MAX).indexOf(0)
  return end < 0 ? null : new TextDecoder('latin1').decode(data.subarray(offset, offset + end))
}
