import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCargoLines } from './cargo-lines.ts'
import { samples } from './testing/samples.ts'
import { readTomlPackages } from './toml-packages.ts'

const asCargoWritesIt = (samples['Cargo.lock'] ?? '').replace(/\[\[patch[^]*$/, '')

/** What both readings come to, as plain data; null where the lines are not as Cargo writes them. */
const byLines = (text: string): unknown => {
  const read = readCargoLines(text)
  return read === null ? null : { version: read.root.get('version'), packages: read.packages }
}
const byToml = (text: string): unknown => {
  const read = readTomlPackages({ path: 'Cargo.lock', text })
  return read.ok ? { version: read.root.get('version'), packages: read.packages } : null
}

describe('reading Cargo.lock by its lines', () => {
  test('reads what Cargo writes, as TOML reads it', () => {
    expect(byLines(asCargoWritesIt)).toEqual(byToml(asCargoWritesIt))
    expect(byLines(asCargoWritesIt)).not.toBeNull()
  })

  test('never reads anything otherwise than TOML does: it gives up instead', () => {
    const spoil = fc.tuple(
      fc.nat(asCargoWritesIt.length),
      fc.nat(8),
      fc.oneof(
        fc.string({ maxLength: 4 }),
        fc.constantFrom('"', '\n', ']', '[[package]]\n', 'name = "x"\n', ' "a",\n', '\\', '#', '\t', '\r'),
      ),
    )
    fc.assert(
      fc.property(spoil, ([at, taken, put]) => {
        const text = asCargoWritesIt.slice(0, at) + put + asCargoWritesIt.slice(at + taken)
        const lines = byLines(text)
        fc.pre(lines !== null)
        expect(lines).toEqual(byToml(text))
      }),
      { numRuns: 500, maxSkipsPerRun: 10_000 },
    )
  })

  const others = [
    '',
    'version = 4\n',
    `${asCargoWritesIt}[metadata]\n`,
    asCargoWritesIt.replaceAll('\n', '\r\n'),
    asCargoWritesIt.replace('name =', 'name='),
  ]
  test.each(others)('gives up at what Cargo would not have written so: %j', (text) => {
    expect(readCargoLines(text)).toBeNull()
  })
})
