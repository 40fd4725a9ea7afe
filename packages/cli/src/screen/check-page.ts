import type { Check, CheckStatus } from '@towpath/domain/adoption/finding.ts'
import { blank, line, span } from './line.ts'
import type { Line, Style } from './line.ts'
import { wrapWords } from './wrap-words.ts'

const SIGNS: Readonly<Record<CheckStatus, readonly [glyph: string, style: Style]>> = {
  fail: ['✖', 'bad'],
  unknown: ['?', 'warning'],
  warn: ['▲', 'warning'],
  pass: ['✔', 'good'],
}

const ORDER: readonly CheckStatus[] = ['fail', 'unknown', 'warn']

export interface CheckPage {
  checks: readonly Check[]
  /** Those that were accepted on the command line: told, and not counted. */
  accepted: readonly Check[]
  /** Width to wrap to; null where nobody looks at a terminal. */
  columns: number | null
}

/** Findings by status and rule, each with its place; what is good is one line at the end. */
export function checkLines({ checks, accepted, columns }: CheckPage): Line[] {
  const groups = ORDER.flatMap((status) => {
    const found = checks.filter((check) => check.status === status && !accepted.includes(check))
    return [...new Set(found.map(({ id }) => id))].map((id) => ({
      status,
      id,
      found: found.filter((check) => check.id === id),
    }))
  })
  const passed = [...new Set(checks.filter(({ status }) => status === 'pass').map(({ id }) => id))]
  return [
    ...groups.flatMap(({ status, id, found }) => groupLines({ status, id, found, columns })),
    ...listLines({ sign: line(span('good', '✔ '), span('strong', 'pass'), '     '), ids: passed, columns }),
    ...listLines({
      sign: line(span('quiet', '- accepted ')),
      ids: [...new Set(accepted.map(({ id }) => id))],
      columns,
    }),
  ]
}

function groupLines({
  status,
  id,
  found,
  columns,
}: {
  status: CheckStatus
  id: string
  found: readonly Check[]
  columns: number | null
}): Line[] {
  const [glyph, style] = SIGNS[status]
  const count = found.length > 1 ? span('quiet', `  ${found.length} places`) : span(null, '')
  const fixes = new Set(found.map(({ fix }) => fix))
  return [
    line(span(style, `${glyph} ${status.padEnd(8)}`), span('strong', id), count),
    ...found.flatMap((check) => [
      ...findingLines(check, columns),
      ...(fixes.size > 1 ? fixLines(check, columns) : []),
    ]),
    ...(fixes.size === 1 && found[0] !== undefined ? fixLines(found[0], columns) : []),
    blank,
  ]
}

function findingLines({ file, line: at, message }: Check, columns: number | null): Line[] {
  const place = file === null ? '' : `${file}${at === null ? '' : `:${at}`}`
  const text = wrapWords(message, columns, 4)
  // On a line of its own the place stays whole, so that an editor or a terminal can open it.
  return [...(place === '' ? [] : [line(`  ${place}`)]), ...text.map((row) => line(`    ${row}`))]
}

function fixLines({ fix, patch }: Check, columns: number | null): Line[] {
  if (fix === null) return []
  const rows = wrapWords(`${fix}${patch === null ? '' : '  (patch)'}`, columns, 7)
  return rows.map((row, at) => line(span('quiet', at === 0 ? '    -> ' : '       '), row))
}

function listLines({
  sign,
  ids,
  columns,
}: {
  sign: Line
  ids: readonly string[]
  columns: number | null
}): Line[] {
  if (ids.length === 0) return []
  return wrapWords(ids.join(', '), columns, 11).map((row, at) =>
    at === 0 ? [...sign, ...line(row)] : line(`           ${row}`),
  )
}
