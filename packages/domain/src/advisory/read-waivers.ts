import type { Problem } from '../config/problem.ts'
import { orderProblems } from '../config/problem.ts'
import { suggestWord } from '../config/did-you-mean.ts'
import { readYaml } from '../config/yaml-source.ts'
import type { YamlSource } from '../config/yaml-source.ts'
import { fieldsOf, textOf } from '../inventory/lockfile/lockfile.ts'
import { WAIVER_DAYS_MAX, lastWaiverDay, vexStatuses } from './waiver.ts'
import type { FindingWaiverRule } from './waiver.ts'

const keys = ['advisory', 'package', 'file', 'owner', 'reason', 'expires', 'status'] as const
type Key = (typeof keys)[number]

/** Keys that must be there: nothing passes without somebody who answers for it, why, and until when. */
const needed: readonly Key[] = ['advisory', 'owner', 'reason', 'expires']

export type ReadWaivers = { ok: true; waivers: FindingWaiverRule[] } | { ok: false; problems: Problem[] }

/** Reads a file of waivers; gives every mistake at once. `now` bounds how far ahead an end may lie. */
export function readWaivers(input: { path: string; text: string }, now: Date): ReadWaivers {
  const { source, problems: unreadable } = readYaml(input)
  if (source === null || unreadable.length > 0) return { ok: false, problems: orderProblems(unreadable) }
  const problems: Problem[] = []
  const report = (path: readonly (string | number)[], message: string, hint: string | null = null): void => {
    problems.push({ file: input.path, ...source.valueAt(path), message, hint, conceal: false })
  }
  const root = fieldsOf(source.tree)
  for (const key of root.keys())
    if (key !== 'waivers') report([key], `${key} is not known here`, 'the only key is waivers')
  const list = root.get('waivers') ?? []
  if (!Array.isArray(list)) report(['waivers'], 'waivers is a list')
  const waivers = (Array.isArray(list) ? list : []).flatMap((item: unknown, at) =>
    readOne({ item, at, source, now }, report),
  )
  return problems.length > 0 ? { ok: false, problems: orderProblems(problems) } : { ok: true, waivers }
}

type Report = (path: readonly (string | number)[], message: string, hint?: string | null) => void

function readOne(
  { item, at, source, now }: { item: unknown; at: number; source: YamlSource; now: Date },
  report: Report,
): FindingWaiverRule[] {
  const fields = fieldsOf(item)
  const path = ['waivers', at]
  for (const key of fields.keys())
    if (!(keys as readonly string[]).includes(key))
      report([...path, key], `${key} is not known here`, suggestWord(key, keys))
  const text = (key: Key): string | null => {
    const value = fields.get(key)
    if (value === undefined) return null
    const found = textOf(value)?.trim() ?? ''
    if (found === '') report([...path, key], `${key} is a text`)
    return found
  }
  for (const key of needed) if (!fields.has(key)) report(path, `a waiver needs ${key}`)
  const status = vexStatuses.find((known) => known === (text('status') ?? 'affected'))
  if (status === undefined)
    report([...path, 'status'], 'status is none of VEX', `known here: ${vexStatuses.join(', ')}`)
  const expires = text('expires') ?? ''
  if (fields.has('expires'))
    checkEnd(expires, { now, report: (message, hint) => report([...path, 'expires'], message, hint) })
  return [
    {
      advisory: text('advisory') ?? '',
      package: text('package'),
      file: text('file'),
      owner: text('owner') ?? '',
      reason: text('reason') ?? '',
      expires,
      status: status ?? 'affected',
      line: source.valueAt(path).line,
    },
  ]
}

function checkEnd(
  expires: string,
  { now, report }: { now: Date; report: (message: string, hint: string | null) => void },
): void {
  const day = new Date(`${expires}T00:00:00Z`)
  if (
    !/^\d{4}-\d\d-\d\d$/.test(expires) ||
    Number.isNaN(day.getTime()) ||
    day.toISOString().slice(0, 10) !== expires
  )
    report('expires is a day such as 2026-03-31', null)
  else if (expires > lastWaiverDay(now))
    report(`a waiver holds at most ${WAIVER_DAYS_MAX} days`, `today the last day is ${lastWaiverDay(now)}`)
}
