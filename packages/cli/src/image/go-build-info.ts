/** What Go's linker wrote: the version of Go, and the text of the modules. */
export interface GoBuildInfo {
  goVersion: string
  modules: string
}

const magic = Buffer.from('\u00ff Go buildinf:', 'latin1')
const HEADER_SIZE = 32
const VERSION_SIZE_MAX = 1024
const MODULES_SIZE_MAX = 4 * 1024 * 1024

/** Frames around the text of the modules, 16 bytes each, in which `runtime/debug` finds it. */
const FRAME_SIZE = 16

/** Places with the magic that are tried in one program; real ones have a handful. */
const TRIED_MAX = 100

/** What a program says; `old` is the form of pointers before Go 1.18, `hidden` one that has the magic too often to try. */
export type GoReading = GoBuildInfo | 'old' | 'hidden' | null

/**
 * Finds Go's build information (package debug/buildinfo) in a program whose bytes go by once: a header at a multiple of
 * 16, from Go 1.18 on followed by two texts with their lengths. A program may hold the magic as a constant too, so every
 * place is tried.
 */
export class GoBuildInfoSearch {
  #found: GoBuildInfo | null = null
  #isOld = false
  #tried = 0
  /** Bytes from the place that is being tried on, or the few that may be the beginning of one. */
  #held: Buffer[] = []
  #heldSize = 0
  /** Bytes that the place that is being tried needs at least; 0 where none is. */
  #wanted = 0
  /** Where in the file the next chunk begins. */
  #offset = 0

  add(chunk: Buffer): void {
    if (this.#isDone()) return
    this.#offset += chunk.length
    if (this.#wanted === 0 && !this.#isAcross(chunk)) this.#drop()
    this.#held.push(chunk)
    this.#heldSize += chunk.length
    if (this.#heldSize >= this.#wanted) this.#look(false)
  }

  /** To be asked at the end of the program. */
  found(): GoReading {
    if (this.#wanted > 0 && !this.#isDone()) this.#look(true)
    if (this.#found !== null) return this.#found
    if (this.#tried > TRIED_MAX) return 'hidden'
    return this.#isOld ? 'old' : null
  }

  #isDone(): boolean {
    return this.#found !== null || this.#tried > TRIED_MAX
  }

  /** Whether the magic may stand across what is held and the chunk: only then the two are joined. */
  #isAcross(chunk: Buffer): boolean {
    const edge = Buffer.concat([...this.#held, chunk.subarray(0, magic.length - 1)])
    return chunk.length < magic.length || edge.includes(magic)
  }

  #look(isEnd: boolean): void {
    const [first = Buffer.alloc(0)] = this.#held
    const bytes = this.#held.length === 1 ? first : Buffer.concat(this.#held)
    const start = this.#offset - bytes.length
    for (let at = bytes.indexOf(magic); at >= 0 && !this.#isDone(); at = bytes.indexOf(magic, at + 1)) {
      if ((start + at) % 16 !== 0) continue
      const told = buildInfoAt(bytes.subarray(at))
      if (typeof told === 'number' && !isEnd) return this.#hold(bytes.subarray(at), told)
      this.#tried += 1
      if (told === 'old') this.#isOld = true
      else if (typeof told === 'object') this.#found = told
    }
    this.#hold(bytes.subarray(Math.max(0, bytes.length - magic.length + 1)), 0)
  }

  /** A copy, so that a chunk of which a few bytes are held can go. */
  #hold(bytes: Buffer, wanted: number): void {
    this.#held = [Buffer.from(bytes)]
    this.#heldSize = bytes.length
    this.#wanted = wanted
  }

  #drop(): void {
    this.#held = []
    this.#heldSize = 0
  }
}

/** A number is how many bytes from the magic on are needed to tell. */
function buildInfoAt(bytes: Buffer): GoBuildInfo | 'old' | null | number {
  if (bytes.length < HEADER_SIZE) return HEADER_SIZE
  const [pointerSize = 0, flags = 0] = bytes.subarray(magic.length, HEADER_SIZE)
  if ((flags & 2) === 0) return pointerSize === 4 || pointerSize === 8 ? 'old' : null
  const version = textAt(bytes, HEADER_SIZE, VERSION_SIZE_MAX)
  if (version === null || typeof version === 'number') return version
  if (!/^(?:go\d|devel)/.test(version.text)) return null
  const modules = textAt(bytes, version.end, MODULES_SIZE_MAX)
  if (modules === null || typeof modules === 'number') return modules
  return { goVersion: version.text, modules: unframed(modules.text) }
}

/** A length as an unsigned LEB128 number, then as many bytes. A number is where the bytes would have to reach. */
function textAt(bytes: Buffer, at: number, sizeMax: number): { text: string; end: number } | null | number {
  let length = 0
  let start = at
  for (let shift = 0; ; shift += 7, start += 1) {
    const byte = bytes[start]
    if (byte === undefined) return start + 1
    if (shift > 28) return null
    length += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) break
  }
  start += 1
  if (length > sizeMax) return null
  if (start + length > bytes.length) return start + length
  return { text: bytes.toString('latin1', start, start + length), end: start + length }
}

/** The frames are binary; the text between them is UTF-8. */
function unframed(text: string): string {
  const framed = text.length >= 2 * FRAME_SIZE && text.at(-FRAME_SIZE - 1) === '\n'
  return Buffer.from(framed ? text.slice(FRAME_SIZE, -FRAME_SIZE) : '', 'latin1').toString('utf8')
}
