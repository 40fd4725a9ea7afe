import { describe, expect, test } from 'vitest'
import { line, unpainted } from '../screen/line.ts'
import { capturedShell } from './captured-shell.ts'
import { frameWriter, rowsTaken } from './frame-writer.ts'

/** How far each frame went back up. */
const up = (bytes: string): number[] =>
  bytes.split('\u001b[').flatMap((sequence) => {
    const [, rows] = /^(\d+)A/.exec(sequence) ?? []
    return rows === undefined ? [] : [Number(rows)]
  })

describe('drawing frame over frame', () => {
  test('goes back over exactly the lines of the frame before', () => {
    const { stdout, out } = capturedShell({ argv: [], tty: { columns: 40 } })
    const writer = frameWriter(stdout, unpainted)
    writer.draw([line('a'), line('b')])
    writer.draw([line('a'), line('b'), line('c')])
    writer.draw([line('a')])
    expect(up(out())).toEqual([2, 3])
  })

  test('counts the rows that a narrower terminal has wrapped the old frame into', () => {
    const { stdout, out } = capturedShell({ argv: [], tty: { columns: 80 } })
    const writer = frameWriter(stdout, unpainted)
    writer.draw([line('x'.repeat(70)), line('')])
    stdout.columns = 30
    writer.draw([line('short')])
    expect(up(out())).toEqual([4])
  })

  test('never fills the last column, where terminals differ in when they wrap', () => {
    const { stdout, out } = capturedShell({ argv: [], tty: { columns: 30 } })
    frameWriter(stdout, unpainted).draw([line('x'.repeat(200))])
    expect(out()).toContain(`${'x'.repeat(28)}…`)
    expect(rowsTaken([29], 30)).toBe(1)
  })
})
