import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** How lines leave: `clean` is applied to whole text before any cut; `holdBack` characters wait for what follows. */
export interface LineOptions {
  clean?: (text: string) => string
  holdBack?: number
}

export interface LineSplitter {
  push(chunk: Uint8Array): string[]
  /** The last line, where the text did not end with a line feed. */
  end(): string[]
}

const LONGEST_LINE = 64 * 1024

/** Collects chunks of bytes into lines. A line over 64 Ki characters comes in pieces. */
export function lineSplitter({ clean = (text) => text, holdBack = 0 }: LineOptions = {}): LineSplitter {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const finish = (line: string) => clean(line.endsWith('\r') ? line.slice(0, -1) : line)
  return {
    push(chunk) {
      const lines = (rest + decoder.write(Buffer.from(chunk))).split('\n')
      rest = lines.pop() ?? ''
      const done = lines.map(finish)
      if (rest.length <= LONGEST_LINE + holdBack) return done
      // A text that must be cleaned could stand across the cut: clean first, and keep its possible beginning.
      const cleaned = clean(rest)
      const cut = Math.max(0, cleaned.length - holdBack)
      rest = cleaned.slice(cut)
      return [...done, cleaned.slice(0, cut)]
    },
    end() {
      const last = finish(rest + decoder.end())
      rest = ''
      return last === '' ? [] : [last]
    },
  }
}

/** Lines of a body of text. Ends with the body; throws the signal's reason when it aborts. */
export async function* readLines(
  body: Readable,
  { signal, ...options }: LineOptions & { signal: AbortSignal },
): AsyncGenerator<string> {
  const splitter = lineSplitter(options)
  for await (const chunk of body) {
    signal.throwIfAborted()
    yield* splitter.push(chunk as Uint8Array)
  }
  signal.throwIfAborted()
  yield* splitter.end()
}
