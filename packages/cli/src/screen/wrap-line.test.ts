import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { line, renderLine, span, unpainted } from './line.ts'
import type { Line } from './line.ts'
import { widthOf } from './text-width.ts'
import { wrapLine } from './wrap-line.ts'

const shown = (content: Line, columns: number): string[] =>
  wrapLine(content, columns).map((row) => renderLine(row, null, unpainted))

describe('a line that is wider than the terminal', () => {
  test('goes on under the column that it belongs to', () => {
    const gate = line('  ', span('bad', '✖ fail'), '  approvals  0 of 1 approvals, and nobody was asked yet')
    expect(shown(gate, 44)).toEqual([
      '  ✖ fail  approvals  0 of 1 approvals, and',
      '                     nobody was asked yet',
    ])
  })

  test('goes on behind its sign where it has one column alone', () => {
    expect(shown(line('  ▲ the variable ABC is not set; it becomes empty'), 30)).toEqual([
      '  ▲ the variable ABC is not',
      '    set; it becomes empty',
    ])
  })

  test('keeps a command to type in one piece, whatever its length', () => {
    const fix = line('  -> pin them, then: towpath pinning --json > p.json; towpath evidence add p.json')
    expect(shown(fix, 40)).toEqual([
      '  -> pin them, then:',
      '     towpath pinning --json > p.json; towpath evidence add p.json',
    ])
    const hint = line('  Say towpath check --accept ID, or mend it. Nothing was changed.')
    expect(shown(hint, 44)).toEqual([
      '  Say towpath check --accept ID, or mend it.',
      '  Nothing was changed.',
    ])
  })

  test('is left alone where it is a row of a file', () => {
    const row = line('  20 |   - ${SSL_DHPARAMS_PATH}:/etc/letsencrypt/ssl-dhparams.pem:ro')
    expect(wrapLine(row, 40)).toEqual([row])
  })

  test('loses no letter and no style, and passes the width by one word alone', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '.', '日', '✔') })
    const style = fc.constantFrom('bad' as const, 'quiet' as const, null)
    const spans = fc.array(fc.record({ text, style }), { maxLength: 5 })
    fc.assert(
      fc.property(spans, fc.integer({ min: 20, max: 60 }), (content, columns) => {
        const rows = wrapLine(content, columns)
        const letters = (lines: readonly Line[]): string[] =>
          lines
            .flat()
            .flatMap((one) => Array.from(one.text.replaceAll(' ', ''), (sign) => `${sign}${one.style}`))
        expect(letters(rows)).toEqual(letters([content]))
        for (const row of rows) {
          const whole = row
            .map((one) => one.text)
            .join('')
            .trimEnd()
          expect(widthOf(whole) <= columns || !whole.trim().includes(' ')).toBe(true)
        }
      }),
    )
  })
})
