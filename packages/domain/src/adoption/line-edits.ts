import type { LineEdit } from '../repository/unified-patch.ts'
import type { WrittenService } from '../repository/written-compose.ts'
import type { AdoptionSurvey } from './finding.ts'
import { provenReplace, provenSet } from './proven-edit.ts'
import type { Plain } from './proven-edit.ts'

/** A line of a file of the survey, without its end; null where there is none. */
export function lineAt(survey: AdoptionSurvey, file: string, line: number): string | null {
  const text = survey.files.texts.get(file)
  return text?.split(/\r?\n/)[line - 1]?.replace(/\r$/, '') ?? null
}

const indentOf = (row: string): string => /^\s*/.exec(row)?.[0] ?? ''

/** A key of a service with its value, and the line that says both. */
export interface NewKey {
  key: string
  value: Plain
  row: string
}

/** Puts a key right below the service's own line; nothing where that would change more, or the service is written in braces. */
export function insertKey(
  survey: AdoptionSurvey,
  service: WrittenService,
  { key, value, row }: NewKey,
): LineEdit[] | undefined {
  const own = service.layers.find(({ file }) => file === service.file)
  const first = own === undefined ? undefined : [...own.map.entries.values()][0]
  if (own === undefined || own.map.isFlow || first === undefined || first.line <= service.line)
    return undefined
  const below = lineAt(survey, service.file, first.line)
  if (below === null) return undefined
  const edits = [{ line: service.line + 1, remove: 0, insert: [`${indentOf(below)}${row}`] }]
  return provenSet(survey, { file: service.file, edits }, { path: ['services', service.name, key], value })
}

/** Replaces a part of one scalar of a YAML file; nothing where the line does not hold it exactly once, or more would change. */
export function replaceScalar(
  survey: AdoptionSurvey,
  at: { file: string; line: number },
  change: { from: string; to: string },
): LineEdit[] | undefined {
  return provenReplace(survey, { file: at.file, edits: replaceIn(survey, at, change) }, change)
}

/** Replaces a part of one line; nothing where the line does not hold it exactly once. */
export function replaceIn(
  survey: AdoptionSurvey,
  at: { file: string; line: number },
  change: { from: string; to: string | readonly string[] },
): LineEdit[] | undefined {
  const row = lineAt(survey, at.file, at.line)
  if (row === null || row.split(change.from).length !== 2) return undefined
  const lines = typeof change.to === 'string' ? [change.to] : change.to
  const [first = '', ...more] = lines
  const whole = row.replace(change.from, () =>
    [first, ...more.map((next) => `${indentOf(row)}${next}`)].join('\n'),
  )
  return [{ line: at.line, remove: 1, insert: whole.split(/\r?\n/) }]
}
