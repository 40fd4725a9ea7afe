import type { Found } from '@towpath/domain/adoption/proposal/found.ts'
import type { Plan } from '../repository/new-files.ts'
import { blank, line, span } from './line.ts'
import type { Line } from './line.ts'
import { wrapWords } from './wrap-words.ts'

/** What was read, one line each: what it is of, what it says, where it stands. */
export function foundLines(found: readonly Found[], columns: number | null): Line[] {
  const width = Math.max(0, ...found.map(({ what }) => what.length))
  const says = Math.max(0, ...found.map((one) => one.says.length))
  const isWide = columns === null || width + says + 40 < columns
  return [
    line(span('strong', 'Found')),
    ...found.map(({ what, says: text, source }) => {
      const place =
        source === null ? '' : source.line === null ? source.file : `${source.file}:${source.line}`
      return line(`  ${what.padEnd(width)}  ${isWide ? text.padEnd(says) : text}  `, span('quiet', place))
    }),
    blank,
  ]
}

interface Written {
  plan: Plan
  isSecond: boolean
  toCheck: readonly { file: string; line: number; says: string }[]
  /** Names of variables that look like secrets. */
  secrets: readonly string[]
  columns: number | null
}

/** What was written, what differs, and what a person has to look at. */
export function planLines({ plan, isSecond, toCheck, secrets, columns }: Written): Line[] {
  const marks = toCheck.filter(({ file }) => !isSecond && plan.fresh.has(file))
  return [
    ...(isSecond ? secondLines(plan) : writtenLines(plan)),
    ...(marks.length === 0
      ? []
      : [
          line(span('warning', '▲ '), 'No file says this; look at each before you go on:'),
          ...marks.map(({ file, line: at, says }) => line(`  ${file}:${at}  `, shownOf(says))),
        ]),
    ...(isSecond ? [] : secretLines(secrets, columns)),
    ...(isSecond ? [] : [blank, line('Next: ', span('strong', 'towpath check'))]),
  ]
}

function secretLines(names: readonly string[], columns: number | null): Line[] {
  if (names.length === 0) return []
  const text = `Secret by their names, so in no plain file; seal each with towpath secrets set NAME -e ENVIRONMENT: ${names.join(', ')}`
  return wrapWords(text, columns, 2).map((row, at) => line(at === 0 ? span('warning', '▲ ') : '  ', row))
}

/** What was written, what was there already, and how what is there differs from what would be written. */
export function writtenLines({ fresh, differing, same }: Plan): Line[] {
  return [
    ...[...fresh.keys()].map((path) => line(span('good', '✔ wrote'), `  ${path}`)),
    ...same.map((path) => line(span('quiet', `  there already  ${path}`))),
    ...differing.flatMap(({ path, patch }) => [
      line(span('warning', '▲ kept'), `   ${path}, which differs from what would be written:`),
      ...patchLines(patch),
    ]),
  ]
}

function secondLines({ fresh, differing }: Plan): Line[] {
  if (differing.length + fresh.size === 0)
    return [line(span('good', '✔ good'), '  everything is there, and as it would be written today')]
  return [
    line('There is a towpath.yaml already, so nothing was written.'),
    ...[...fresh.keys()].map((path) => line(span('quiet', `  not there: ${path}`))),
    ...(differing.length === 0
      ? []
      : [line('What would be written today differs so (yours with -, today with +):'), blank]),
    ...differing.flatMap(({ patch }) => patchLines(patch)),
  ]
}

const patchLines = (patch: string): Line[] =>
  patch
    .trimEnd()
    .split('\n')
    .map((row) => line(span(row.startsWith('+') ? 'good' : row.startsWith('-') ? 'bad' : null, row)))

/** What stands before the mark, or where the line holds nothing else, what the mark says. */
const shownOf = (says: string): string =>
  says.replace(/\s*# CHECK ME.*/, '').replace(/^- CHECK ME:?\s*/, '') || says.replace(/^# CHECK ME:?\s*/, '')
