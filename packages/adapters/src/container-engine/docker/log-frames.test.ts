import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frameReader } from './log-frames.ts'

const frame = (source: 1 | 2, data: Uint8Array): Buffer => {
  const header = Buffer.alloc(8)
  header[0] = source
  header.writeUInt32BE(data.length, 4)
  return Buffer.concat([header, data])
}

const textBySource = (chunks: Uint8Array[]) => {
  const reader = frameReader()
  const pieces = chunks.flatMap((chunk) => reader.push(chunk))
  const of = (wanted: string) =>
    Buffer.concat(pieces.filter(({ source }) => source === wanted).map(({ data }) => data)).toString('hex')
  return { output: of('output'), errors: of('errors') }
}

describe('frameReader', () => {
  it('tells output and errors apart wherever the chunks are cut', () => {
    const pieces = fc.array(
      fc.record({ source: fc.constantFrom(1 as const, 2 as const), data: fc.uint8Array({ maxLength: 40 }) }),
    )
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 50 }), (written, size) => {
        const bytes = Buffer.concat(written.map(({ source, data }) => frame(source, data)))
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        )
        const of = (wanted: 1 | 2) =>
          Buffer.concat(written.filter(({ source }) => source === wanted).map(({ data }) => data)).toString(
            'hex',
          )
        expect(textBySource(chunks)).toEqual({ output: of(1), errors: of(2) })
      }),
    )
  })

  it('passes on as it is what is no frame, instead of waiting for gigabytes', () => {
    const reader = frameReader()
    const text = Buffer.from('plain text of a terminal')
    const pieces = [
      ...reader.push(text.subarray(0, 5)),
      ...reader.push(text.subarray(5)),
      ...reader.push(text),
    ]
    expect(Buffer.concat(pieces.map(({ data }) => data)).toString()).toBe(text.toString().repeat(2))
  })
})
