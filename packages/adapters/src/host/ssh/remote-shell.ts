import { randomBytes } from 'node:crypto'
import type { Readable, Writable } from 'node:stream'

const OUTPUT_BYTES_MAX = 16 * 1024 * 1024

export interface ShellAnswer {
  exitCode: number
  /** What the script wrote, errors among it. */
  output: string
}

export interface ShellEnds {
  input: Writable
  output: Readable
  /** Told when one answer is longer than 16 MiB; what comes is not kept then, and the shell is of no use any more. */
  onOverflow?: () => void
}

interface Waiting {
  end: Buffer
  resolve: (answer: ShellAnswer) => void
  reject: (fault: Error) => void
}

/**
 * A POSIX shell that reads scripts from one stream, for as long as that stream is open: asking it costs one way there and
 * back, and no start of anything. Scripts are done in order; what one leaves behind of variables, the next does not see.
 */
export class RemoteShell {
  readonly #input: Writable
  readonly #waiting: Waiting[] = []
  readonly #onOverflow: () => void
  #seen: Buffer = Buffer.alloc(0)
  #broken: Error | null = null
  #hasAnswered = false

  constructor({ input, output, onOverflow = () => {} }: ShellEnds) {
    this.#input = input
    this.#onOverflow = onOverflow
    output.on('data', (chunk: Buffer) => this.#take(chunk))
    // Who ended it says why by `break`.
    input.on('error', () => {})
    output.on('error', () => {})
  }

  /** Rejects with what `break` was told when the shell ends first. What came before the first answer is no part of it. */
  run(script: string): Promise<ShellAnswer> {
    if (this.#broken !== null) return Promise.reject(this.#broken)
    const token = randomBytes(12).toString('hex')
    return new Promise((resolve, reject) => {
      this.#waiting.push({ end: Buffer.from(`\n${token} `), resolve, reject })
      this.#input.write(`( ${script}\n) </dev/null 2>&1; printf '\\n%s %s\\n' ${token} $?\n`)
    })
  }

  /** What came before the first answer: of a log-in that leads to no shell, all that it said. Nothing of any answer. */
  get unanswered(): string {
    return this.#hasAnswered ? '' : this.#seen.toString('utf8')
  }

  /** Nobody will answer any more. */
  break(fault: Error): void {
    this.#broken ??= fault
    for (const { reject } of this.#waiting.splice(0)) reject(this.#broken)
  }

  #take(chunk: Buffer): void {
    this.#seen = Buffer.concat([this.#seen, chunk])
    if (this.#seen.length > OUTPUT_BYTES_MAX) {
      this.#seen = Buffer.alloc(0)
      this.#onOverflow()
    }
    for (;;) {
      const [next] = this.#waiting
      if (next === undefined) {
        this.#seen = Buffer.alloc(0)
        return
      }
      const at = this.#seen.indexOf(next.end)
      const lineEnd = at < 0 ? -1 : this.#seen.indexOf('\n', at + next.end.length)
      if (lineEnd < 0) return
      this.#waiting.shift()
      this.#hasAnswered = true
      next.resolve({
        exitCode: Number(this.#seen.toString('latin1', at + next.end.length, lineEnd)),
        output: this.#seen.toString('utf8', 0, at),
      })
      this.#seen = this.#seen.subarray(lineEnd + 1)
    }
  }
}

/** One word for a POSIX shell, whatever is in it. Throws RangeError for a NUL, which no shell takes. */
export function shellWord(text: string): string {
  if (text.includes('\0')) throw new RangeError('a NUL cannot be told to a shell')
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
