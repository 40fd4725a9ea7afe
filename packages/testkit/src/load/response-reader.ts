export interface ResponseHead {
  status: number
  /** Value of `x-release`. */
  release: string | null
  keepAlive: boolean
}

export type Reading = 'more' | 'complete' | 'malformed'

type Body = 'head' | 'length' | 'chunked' | 'until-close' | 'done'

const headBytesMax = 64 * 1024

/**
 * Reads one HTTP/1.1 response from the chunks of a connection, keeping only its head: enough to tell a complete
 * answer from one that was cut off. A byte too many is malformed: nothing was asked that it could answer.
 */
export class ResponseReader {
  head: ResponseHead | null = null
  firstBytes: Buffer | null = null
  #body: Body = 'head'
  #remaining = 0
  #held = ''
  #inTrailer = false

  push(chunk: Buffer): Reading {
    this.firstBytes ??= chunk
    if (this.#body === 'head') return this.#readHead(chunk)
    return this.#readBody(chunk)
  }

  /** The connection ended: true when that completes the response, as it does for one without a length. */
  end(): boolean {
    return this.#body === 'until-close' || this.#body === 'done'
  }

  #readHead(chunk: Buffer): Reading {
    const text = this.#held + chunk.toString('latin1')
    const end = text.indexOf('\r\n\r\n')
    if (end === -1) {
      this.#held = text
      return text.length > headBytesMax ? 'malformed' : 'more'
    }
    this.#held = ''
    const rest = Buffer.from(text.slice(end + 4), 'latin1')
    const parsed = parseHead(text.slice(0, end + 2))
    if (parsed === null) return 'malformed'
    // An interim answer (100, 103) is not the answer.
    if (parsed.status < 200) return rest.length > 0 ? this.#readHead(rest) : 'more'
    this.head = { status: parsed.status, release: parsed.release, keepAlive: parsed.keepAlive }
    this.#body = parsed.body
    this.#remaining = parsed.length
    return this.#readBody(rest)
  }

  #readBody(chunk: Buffer): Reading {
    if (this.#body === 'chunked') return this.#readChunked(chunk)
    if (this.#body === 'until-close') return 'more'
    if (chunk.length > this.#remaining) return 'malformed'
    this.#remaining -= chunk.length
    if (this.#remaining > 0) return 'more'
    this.#body = 'done'
    return 'complete'
  }

  /** `#remaining` counts a chunk's data with the line break that ends it. */
  #readChunked(bytes: Buffer): Reading {
    let at = 0
    while (at < bytes.length) {
      const taken = Math.min(this.#remaining, bytes.length - at)
      at += taken
      this.#remaining -= taken
      if (at === bytes.length) break
      const lineEnd = bytes.indexOf(10, at)
      this.#held += bytes.toString('latin1', at, lineEnd === -1 ? bytes.length : lineEnd)
      if (lineEnd === -1) break
      at = lineEnd + 1
      const reading = this.#chunkLine(this.#held.trim())
      this.#held = ''
      if (reading === 'complete' && at < bytes.length) return 'malformed'
      if (reading !== 'more') return reading
    }
    return this.#held.length > headBytesMax ? 'malformed' : 'more'
  }

  #chunkLine(line: string): Reading {
    if (this.#inTrailer) {
      if (line !== '') return 'more'
      this.#body = 'done'
      return 'complete'
    }
    if (!/^[0-9a-f]{1,8}(;|$)/i.test(line)) return 'malformed'
    const size = Number.parseInt(line, 16)
    if (size === 0) this.#inTrailer = true
    else this.#remaining = size + 2
    return 'more'
  }
}

const statusLine = /^HTTP\/1\.([01]) (\d{3})/
const releaseField = /\r\nx-release: *([^\r]*?) *\r\n/i
const lengthField = /\r\ncontent-length: *(\d+) *\r\n/i
const chunkedField = /\r\ntransfer-encoding:[^\r]*chunked/i
const closeField = /\r\nconnection:[^\r]*close/i

const parseHead = (text: string): (ResponseHead & { body: Body; length: number }) | null => {
  const [, minor, code] = statusLine.exec(text) ?? []
  if (code === undefined) return null
  const status = Number(code)
  const length = Number(lengthField.exec(text)?.[1] ?? -1)
  return {
    status,
    release: releaseField.exec(text)?.[1] ?? null,
    keepAlive: minor === '1' && !closeField.test(text),
    ...bodyOf(status, chunkedField.test(text), length),
  }
}

const bodyOf = (status: number, chunked: boolean, length: number): { body: Body; length: number } => {
  if (status === 204 || status === 304) return { body: 'length', length: 0 }
  if (chunked) return { body: 'chunked', length: 0 }
  return length >= 0 ? { body: 'length', length } : { body: 'until-close', length: 0 }
}
