import { readDockerfile } from '../repository/dockerfile.ts'
import type { DockerfileLine } from '../repository/dockerfile.ts'
import { readPlacedYaml } from '../repository/placed-yaml.ts'
import type { Placed } from '../repository/placed-yaml.ts'
import { editLines } from '../repository/unified-patch.ts'
import type { LineEdit } from '../repository/unified-patch.ts'
import type { AdoptionSurvey } from './finding.ts'

/**
 * A patch is offered only where the file after it was read again, and differs from the file before in what was meant and
 * in nothing else. Lines are changed as text, and text has anchors, merge keys and braces that a line does not show.
 */

/** YAML as plain values, aliases and merge keys followed; scalars are the texts that stand in the file. */
export type Plain = string | null | Plain[] | { [key: string]: Plain }

export interface Change {
  path: readonly string[]
  /** Undefined where it was not there. */
  before: Plain | undefined
  /** Undefined where it is gone. */
  after: Plain | undefined
}

export function plainOf(value: Placed): Plain {
  if (value.kind === 'scalar') return value.isNull ? null : value.text
  if (value.kind === 'list') return value.items.map(plainOf)
  return Object.fromEntries([...value.entries].map(([key, entry]) => [key, plainOf(entry.value)]))
}

const isMap = (value: Plain | undefined): value is { [key: string]: Plain } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The smallest places in which two values differ; a list whose length changes is one place. */
export function changesBetween(
  before: Plain | undefined,
  after: Plain | undefined,
  path: readonly string[] = [],
): Change[] {
  if (isMap(before) && isMap(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      changesBetween(before[key], after[key], [...path, key]),
    )
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((item, at) => changesBetween(item, after[at], [...path, String(at)]))
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }]
}

/** What a text of YAML comes to; null where it cannot be read. */
export function plainText(text: string): Plain | null {
  const read = readPlacedYaml(text)
  return read.ok ? plainOf(read.root) : null
}

/** Files as they are, read once per survey: many edits are proven against the same one. */
const originals = new WeakMap<AdoptionSurvey, Map<string, Plain | null>>()

function originalOf(survey: AdoptionSurvey, file: string, text: string): Plain | null {
  const known = originals.get(survey) ?? new Map<string, Plain | null>()
  originals.set(survey, known)
  const value = known.get(file)
  if (value !== undefined) return value
  const read = plainText(text)
  known.set(file, read)
  return read
}

/** What edits make of a YAML file; null where it cannot be read before or after them. */
function outcomeOf(
  survey: AdoptionSurvey,
  file: string,
  edits: readonly LineEdit[],
): { changes: Change[]; after: Plain } | null {
  const text = survey.files.texts.get(file)
  if (text === undefined) return null
  const before = originalOf(survey, file, text)
  const after = plainText(editLines(text, edits))
  return before === null || after === null ? null : { changes: changesBetween(before, after), after }
}

export interface Meant {
  path: readonly string[]
  /** Undefined where it is to go away. */
  value: Plain | undefined
}

/** The edits, where they set one place of a YAML file and leave the rest; else undefined. */
export function provenSet(
  survey: AdoptionSurvey,
  at: { file: string; edits: LineEdit[] | undefined },
  meant: Meant,
): LineEdit[] | undefined {
  const outcome = at.edits === undefined ? null : outcomeOf(survey, at.file, at.edits)
  if (outcome === null || outcome.changes.length === 0) return undefined
  const isWithin = outcome.changes.every(({ path }) =>
    meant.path.every((step, index) => path[index] === step),
  )
  const after = valueAt(outcome.after, meant.path)
  return isWithin && changesBetween(after, meant.value).length === 0 ? at.edits : undefined
}

/** The edits, where they replace a part of one scalar of a YAML file and leave the rest; else undefined. */
export function provenReplace(
  survey: AdoptionSurvey,
  at: { file: string; edits: LineEdit[] | undefined },
  { from, to }: { from: string; to: string },
): LineEdit[] | undefined {
  const [only, ...more] =
    (at.edits === undefined ? null : outcomeOf(survey, at.file, at.edits))?.changes ?? []
  if (only === undefined || more.length > 0 || typeof only.before !== 'string') return undefined
  return only.after === only.before.replace(from, () => to) ? at.edits : undefined
}

function valueAt(root: Plain | null, path: readonly string[]): Plain | undefined {
  let value: Plain | undefined = root
  for (const step of path) value = isMap(value) ? value[step] : undefined
  return value
}

/** The edits, where the Dockerfile after them has these words in that instruction and the rest as it was; else undefined. */
export function provenInstruction(
  survey: AdoptionSurvey,
  at: { file: string; edits: LineEdit[]; line: DockerfileLine },
  words: readonly string[],
): LineEdit[] | undefined {
  const text = survey.files.texts.get(at.file)
  const before = text === undefined ? null : readDockerfile(at.file, text)
  const after = text === undefined ? null : readDockerfile(at.file, editLines(text, at.edits))
  if (before === null || after === null) return undefined
  const rows = (file: typeof before, isMended: boolean): string[] =>
    file.stages.flatMap(({ from, name, lines }) => [
      JSON.stringify([from, name]),
      ...lines.map((line) =>
        line.line === at.line.line
          ? JSON.stringify([line.keyword, isMended ? line.words : words])
          : JSON.stringify([line.keyword, line.text]),
      ),
    ])
  return rows(before, false).join('\n') === rows(after, true).join('\n') ? at.edits : undefined
}
