import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compactAdvisories, indexLines, isAdvisoryLine } from './advisory-lines.ts'
import { affects } from './affects.ts'
import { readOsvRecord } from './read-osv.ts'
import { osvRecord } from './testing/some-advisory.ts'

const written = (): string[] => {
  const record = readOsvRecord(
    osvRecord({ id: 'A', aliases: ['B'], events: [{ introduced: '0' }, { last_affected: '2.0.0' }] }),
  )
  if (typeof record === 'string') throw new Error(record)
  return [...(compactAdvisories([record]).lines.get('crates.io') ?? [])]
}

describe('a line of advisories', () => {
  it('is one as it is written', () => {
    expect(written()).toHaveLength(1)
    expect(written().every(isAdvisoryLine)).toBe(true)
  })

  it.each([
    '',
    'rand',
    'rand\t',
    '\t{"i":"A","m":"x"}',
    'rand\tnull',
    'rand\t{"i":"A"}',
    'rand\t{"i":"A","m":"x","k":"other"}',
    'rand\t{"i":"A","m":"x","n":[["0"]]}',
    'rand\t{"i":"A","m":"x","n":"all"}',
    'rand\t{"i":"A","m":"x","v":[7]}',
  ])('is not %s', (line) => {
    expect(isAdvisoryLine(line)).toBe(false)
  })

  it('that is taken for one can be matched, whatever it says', () => {
    const compact = fc.record(
      {
        i: fc.string(),
        m: fc.string(),
        n: fc.oneof(fc.jsonValue(), fc.array(fc.tuple(fc.option(fc.string()), fc.option(fc.string())))),
        l: fc.oneof(fc.jsonValue(), fc.array(fc.string())),
        v: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(compact, fc.string(), (fields, version) => {
        const line = `rand\t${JSON.stringify(fields)}`
        fc.pre(isAdvisoryLine(line))
        for (const advisory of indexLines('crates.io', [line]).find('rand'))
          expect(['yes', 'no', 'unknown']).toContain(affects(advisory, version).answer)
      }),
    )
  })
})
