import { TomlError, parse } from 'smol-toml'
import { ENTRIES_MAX, fieldsOf, linesMatching, listOf, tooLarge, unreadable } from './lockfile.ts'
import type { Fields, LockfileReading, LockfileText } from './lockfile.ts'

/** The tables `[[package]]` of a lockfile, each with the line its head stands on. */
export interface TomlPackages {
  ok: true
  root: Fields
  packages: readonly { fields: Fields; line: number | null }[]
}

/** Cargo, Poetry and uv all keep their entries in `[[package]]`. */
export function readTomlPackages(file: LockfileText): TomlPackages | (LockfileReading & { ok: false }) {
  const refused = tooLarge(file) ?? parsed(file)
  if (!(refused instanceof Map)) return refused as LockfileReading & { ok: false }
  const list = refused.get('package')
  if (list !== undefined && !Array.isArray(list))
    return unreadable(file.path, 'has [package] where [[package]] belongs') as never
  const tables = listOf(list)
  if (tables.length > ENTRIES_MAX)
    return unreadable(file.path, `holds ${tables.length} packages; at most ${ENTRIES_MAX} are read`) as never
  const lines = linesMatching(file.text, /^\s*\[\[\s*package\s*\]\]/)
  // A text that only looks like a head, inside a string, makes the count differ: then no line is better than a wrong one.
  const areKnown = lines.length === tables.length
  return {
    ok: true,
    root: refused,
    packages: tables.map((table, at) => ({
      fields: fieldsOf(table),
      line: areKnown ? (lines[at] ?? null) : null,
    })),
  }
}

function parsed({ path, text }: LockfileText): Fields | LockfileReading {
  try {
    return fieldsOf(parse(text))
  } catch (thrown) {
    if (thrown instanceof TomlError)
      return unreadable(path, `is no TOML: ${thrown.message.split('\n')[0] ?? ''}`, thrown.line)
    if (thrown instanceof RangeError) return unreadable(path, 'is nested too deeply')
    throw thrown
  }
}
