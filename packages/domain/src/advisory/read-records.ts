import { suggestWord } from '../config/did-you-mean.ts'
import { orderProblems } from '../config/problem.ts'
import type { Problem } from '../config/problem.ts'
import { readYaml } from '../config/yaml-source.ts'
import { fieldsOf, textOf } from '../inventory/lockfile/lockfile.ts'

/** A file that holds one list of records, each of them texts under known keys. */
export interface RecordFile<Key extends string> {
  /** The one key of the file. */
  list: string
  /** What one record is called, with its article. */
  one: string
  keys: readonly Key[]
  /** Keys that must be there. */
  needed: readonly Key[]
}

/** One record: its texts, its place, and a way to say what is wrong with it. */
export interface FileRecord<Key extends string> {
  text: (key: Key) => string | null
  report: (key: Key, message: string, hint?: string | null) => void
  line: number
}

export type ReadRecords<Read> = { ok: true; records: Read[] } | { ok: false; problems: Problem[] }

/** Reads such a file; gives every mistake at once. `read` turns one record into what it means. */
export function readRecords<Key extends string, Read>(
  input: { path: string; text: string },
  file: RecordFile<Key>,
  read: (record: FileRecord<Key>) => Read,
): ReadRecords<Read> {
  const { source, problems: unreadable } = readYaml(input)
  if (source === null || unreadable.length > 0) return { ok: false, problems: orderProblems(unreadable) }
  const problems: Problem[] = []
  const report: Report = (path, message, hint = null) => {
    problems.push({ file: input.path, ...source.valueAt(path), message, hint, conceal: false })
  }
  const root = fieldsOf(source.tree)
  for (const key of root.keys())
    if (key !== file.list) report([key], `${key} is not known here`, `the only key is ${file.list}`)
  const list = root.get(file.list) ?? []
  if (!Array.isArray(list)) report([file.list], `${file.list} is a list`)
  const records = (Array.isArray(list) ? list : []).map((item: unknown, at) => {
    const path = [file.list, at]
    const fields = fieldsOf(item)
    checkKeys(fields, file, (key, message, hint) =>
      report(key === null ? path : [...path, key], message, hint),
    )
    return read({
      text: (key) => textUnder(fields, key)?.trim() ?? null,
      report: (key, message, hint) => report([...path, key], message, hint),
      line: source.valueAt(path).line,
    })
  })
  return problems.length > 0 ? { ok: false, problems: orderProblems(problems) } : { ok: true, records }
}

type Report = (path: readonly (string | number)[], message: string, hint?: string | null) => void

const textUnder = (fields: ReadonlyMap<string, unknown>, key: string): string | null =>
  fields.has(key) ? (textOf(fields.get(key)) ?? '') : null

function checkKeys<Key extends string>(
  fields: ReadonlyMap<string, unknown>,
  { keys, needed, one }: RecordFile<Key>,
  report: (key: string | null, message: string, hint?: string | null) => void,
): void {
  for (const key of fields.keys())
    if (!(keys as readonly string[]).includes(key))
      report(key, `${key} is not known here`, suggestWord(key, keys))
  for (const key of keys) if (textUnder(fields, key)?.trim() === '') report(key, `${key} is a text`)
  for (const key of needed) if (!fields.has(key)) report(null, `${one} needs ${key}`)
}

/** Whether a text is a day of the calendar, as `2026-03-31`. */
export function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`)
  return (
    /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === text
  )
}
