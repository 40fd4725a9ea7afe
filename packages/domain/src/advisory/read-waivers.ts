import type { Problem } from '../config/problem.ts'
import { isDay, readRecords } from './read-records.ts'
import type { FileRecord, RecordFile } from './read-records.ts'
import { WAIVER_DAYS_MAX, lastWaiverDay, vexStatuses } from './waiver.ts'
import type { FindingWaiverRule } from './waiver.ts'

type Key = 'advisory' | 'package' | 'file' | 'owner' | 'reason' | 'expires' | 'status'

/** Nothing passes without somebody who answers for it, why, and until when. */
const waivers: RecordFile<Key> = {
  list: 'waivers',
  one: 'a waiver',
  keys: ['advisory', 'package', 'file', 'owner', 'reason', 'expires', 'status'],
  needed: ['advisory', 'owner', 'reason', 'expires'],
}

export type ReadWaivers = { ok: true; waivers: FindingWaiverRule[] } | { ok: false; problems: Problem[] }

/** Reads a file of waivers; gives every mistake at once. `now` bounds how far ahead an end may lie. */
export function readWaivers(input: { path: string; text: string }, now: Date): ReadWaivers {
  const read = readRecords(input, waivers, (record) => waiverIn(record, now))
  return read.ok ? { ok: true, waivers: read.records } : read
}

function waiverIn({ text, report, line }: FileRecord<Key>, now: Date): FindingWaiverRule {
  const status = vexStatuses.find((known) => known === (text('status') ?? 'affected'))
  if (status === undefined) report('status', 'status is none of VEX', `known here: ${vexStatuses.join(', ')}`)
  const expires = text('expires')
  if (expires !== null && !isDay(expires)) report('expires', 'expires is a day such as 2026-03-31')
  else if (expires !== null && expires > lastWaiverDay(now))
    report(
      'expires',
      `a waiver holds at most ${WAIVER_DAYS_MAX} days`,
      `today the last day is ${lastWaiverDay(now)}`,
    )
  return {
    advisory: text('advisory') ?? '',
    package: text('package'),
    file: text('file'),
    owner: text('owner') ?? '',
    reason: text('reason') ?? '',
    expires: expires ?? '',
    status: status ?? 'affected',
    line,
  }
}
