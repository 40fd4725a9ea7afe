import type { Row } from './row.ts'

/** Rows for people, one a line: what, value, limit, verdict. */
export function renderTable(rows: readonly Row[]): string {
  const lines = [['', 'value', 'limit', ''], ...rows.map(cells)]
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map(([name = '', value = '', limit = '', verdict = '']) =>
      `${name.padEnd(widths[0] ?? 0)}  ${value.padStart(widths[1] ?? 0)}  ${limit.padStart(widths[2] ?? 0)}  ${verdict}`.trimEnd(),
    )
    .join('\n')
}

function cells({ name, value, unit, limit, ok }: Row): string[] {
  const measured = value === null ? 'not measured' : `${grouped(value)} ${unit}`.trimEnd()
  if (limit === null) return [name, measured, '', ok ? '' : 'FAIL']
  return [name, measured, `<= ${grouped(limit)}`, ok ? 'ok' : 'FAIL']
}

const grouped = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 3 })
