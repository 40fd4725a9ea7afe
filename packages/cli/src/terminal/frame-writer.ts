import { renderLine } from '../screen/line.ts'
import type { Line, Paint } from '../screen/line.ts'
import { truncate, widthOf } from '../screen/text-width.ts'
import { columnsOf } from './shell.ts'
import type { Output } from './shell.ts'

const beginUpdate = '\u001b[?2026h'
const endUpdate = '\u001b[?2026l'
const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'
const clearRestOfLine = '\u001b[K'
const clearBelow = '\u001b[J'

/** Draws frame over frame in one place of a terminal. */
export interface FrameWriter {
  /** Replaces the frame before by this one. */
  draw(lines: readonly Line[]): void
  /** Leaves the last frame standing and gives the cursor back. */
  close(): void
}

/**
 * Writes whole frames inside synchronized-output marks: a terminal shows one frame or the next, never half of each. A
 * terminal made narrower has wrapped the old frame, so its height is counted in the width of now.
 */
export function frameWriter(output: Output, paint: Paint): FrameWriter {
  let widths: number[] = []
  return {
    draw(lines) {
      const columns = columnsOf(output) ?? 80
      const rows = lines.map((content) => renderLine(content, columns - 1, paint))
      output.write(frameBytes(rows, { up: rowsTaken(widths, columns) }))
      widths = lines.map((content) =>
        widthOf(truncate(content.map(({ text }) => text).join(''), columns - 1)),
      )
    },
    close() {
      output.write(showCursor)
    },
  }
}

/** Screen rows that lines of these widths take in a terminal of that many columns. */
export const rowsTaken = (widths: readonly number[], columns: number): number =>
  widths.reduce((rows, width) => rows + Math.max(1, Math.ceil(width / columns)), 0)

/** One frame as bytes for a terminal whose cursor stands `up` rows below the frame's first line. */
export const frameBytes = (rows: readonly string[], { up }: { up: number }): string =>
  [
    beginUpdate,
    hideCursor,
    up > 0 ? `\u001b[${up}A\r` : '',
    ...rows.map((row) => `${row}${clearRestOfLine}\n`),
    clearBelow,
    endUpdate,
  ].join('')
