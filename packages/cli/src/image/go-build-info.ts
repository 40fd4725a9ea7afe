/** What Go's linker wrote: the version of Go, and the text of the modules. */
export interface GoBuildInfo {
  goVersion: string
  modules: string
}

const magic = Buffer.from('\u00ff Go buildinf:', 'latin1')
const HEADER_SIZE = 32
const TEXT_SIZE_MAX = 4 * 1024 * 1024

/** Frames around the text of the modules, 16 bytes each, in which `runtime/debug` finds it. */
const FRAME_SIZE = 16

/**
 * Finds Go's build information (package debug/buildinfo): a header at a multiple of 16, from Go 1.18 on followed by two
 * texts with their lengths. `old` where it is in the older form, of pointers. A program may hold the magic as a constant
 * too, so every place is tried. `offset` is where `bytes` begin in the file.
 */
export function findGoBuildInfo(bytes: Buffer, offset = 0): GoBuildInfo | 'old' | null {
  let isOld = false
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    const found = (at + offset) % 16 === 0 ? buildInfoAt(bytes, at) : null
    if (found === 'old') isOld = true
    else if (found !== null) return found
  }
  return isOld ? 'old' : null
}

function buildInfoAt(bytes: Buffer, at: number): GoBuildInfo | 'old' | null {
  const [pointerSize, flags] = bytes.subarray(at + magic.length, at + HEADER_SIZE)
  if (pointerSize === undefined || flags === undefined) return null
  if ((flags & 2) === 0) return pointerSize === 4 || pointerSize === 8 ? 'old' : null
  const version = textAt(bytes, at + HEADER_SIZE)
  const modules = version === null ? null : textAt(bytes, version.end)
  if (version === null || modules === null || !/^(?:go\d|devel)/.test(version.text)) return null
  return { goVersion: version.text, modules: unframed(modules.text) }
}

/** A length as an unsigned LEB128 number, then as many bytes. */
function textAt(bytes: Buffer, at: number): { text: string; end: number } | null {
  let length = 0
  let start = at
  for (let shift = 0; ; shift += 7, start += 1) {
    const byte = bytes[start]
    if (byte === undefined || shift > 28) return null
    length += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) break
  }
  start += 1
  if (length > TEXT_SIZE_MAX || start + length > bytes.length) return null
  return { text: bytes.toString('latin1', start, start + length), end: start + length }
}

/** The frames are binary; the text between them is UTF-8. */
function unframed(text: string): string {
  const framed = text.length >= 2 * FRAME_SIZE && text.at(-FRAME_SIZE - 1) === '\n'
  return Buffer.from(framed ? text.slice(FRAME_SIZE, -FRAME_SIZE) : '', 'latin1').toString('utf8')
}
