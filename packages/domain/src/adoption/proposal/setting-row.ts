import { parseSettings } from '../../config/settings.ts'

const PLAIN = /^[\w./:@,+%=-]*$/

/** A line of a settings file that its own reader reads as this value; null where none does. */
export function settingRow(name: string, value: string): string | null {
  const written = PLAIN.test(value) ? [value] : [`'${value}'`, `\`${value}\``]
  const rows = written.map((text) => `${name}=${text}`)
  return rows.find((row) => reads(row, name) === value) ?? null
}

function reads(row: string, name: string): string | undefined {
  const read = parseSettings({ path: 'settings', text: `${row}\n` })
  return read.ok ? read.settings.get(name) : undefined
}
