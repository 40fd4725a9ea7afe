import type { Readable } from 'node:stream'

/**
 * Lines of a stream, without their ends, holding one line at a time. Of a line longer than `lengthMax` only its first
 * `lengthMax + 1` characters are given, so that a reader sees that it is too long.
 */
export async function* boundedLines(stream: Readable, lengthMax: number): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  const keep = (text: string): string => text.slice(0, lengthMax + 1)
  for await (const chunk of stream) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk as Uint8Array, { stream: true })
    const [first = '', ...more] = text.split('\n')
    rest = keep(rest + keep(first))
    for (const part of more) {
      yield rest
      rest = keep(part)
    }
  }
  rest = keep(rest + decoder.decode())
  if (rest !== '') yield rest
}
