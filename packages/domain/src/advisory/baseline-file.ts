import { Document, isMap, Scalar, visit } from 'yaml'
import type { BaselineEntry } from './baseline.ts'
import { BASELINE_DAYS_MAX } from './baseline.ts'
import { escapeUnprintable, firstUnprintable } from '../config/printable.ts'
import { isDay, readRecords } from './read-records.ts'
import type { FileRecord, ReadRecords, RecordFile } from './read-records.ts'

type Key = 'advisory' | 'package' | 'file' | 'image' | 'since' | 'expires' | 'owner'

const baseline: RecordFile<Key> = {
  list: 'baseline',
  one: 'an entry of the baseline',
  keys: ['advisory', 'package', 'file', 'image', 'since', 'expires', 'owner'],
  needed: ['advisory', 'package', 'file', 'since', 'expires', 'owner'],
}

/** Reads a baseline; gives every mistake at once. An entry cannot begin after `now`, nor hold longer than it may. */
export const readBaseline = (input: { path: string; text: string }, now: Date): ReadRecords<BaselineEntry> =>
  readRecords(input, baseline, (record) => entryIn(record, now))

function entryIn({ text, report, line }: FileRecord<Key>, now: Date): BaselineEntry {
  const must = (key: Key): string => text(key) ?? ''
  const entry: BaselineEntry = {
    advisory: must('advisory'),
    package: must('package'),
    file: must('file'),
    image: text('image'),
    since: must('since'),
    expires: must('expires'),
    owner: must('owner'),
    line,
  }
  checkDays(entry, { report, today: now.toISOString().slice(0, 10) })
  return entry
}

function checkDays(
  { since, expires }: BaselineEntry,
  { report, today }: { report: FileRecord<Key>['report']; today: string },
): void {
  if (!isDay(since)) report('since', 'since is a day such as 2026-03-31')
  else if (since > today) report('since', 'since is yet to come', `today is ${today}`)
  else if (!isDay(expires)) report('expires', 'expires is a day such as 2026-03-31')
  else if (Date.parse(expires) - Date.parse(since) > BASELINE_DAYS_MAX * 86_400_000)
    report('expires', `an entry holds at most ${BASELINE_DAYS_MAX} days from its first`)
}

const head = ` What was known of this repository when its line was drawn. Each entry lets its finding pass through its last day
 (expires), and then it counts again; what is known to be exploited, and packages made to do harm, count at any time.
 Written by towpath audit --baseline and towpath scan IMAGE --baseline, which take out what is gone and prolong nothing.`

/** The text of a baseline, a line per entry, so that two branches rarely meet in one. */
export function writeBaseline(entries: readonly BaselineEntry[]): string {
  const document = new Document({
    baseline: entries.map(({ line: _line, image, ...entry }) =>
      image === null ? entry : { ...entry, image },
    ),
  })
  const list = document.get('baseline')
  for (const item of (list as { items: unknown[] }).items) if (isMap(item)) item.flow = true
  visit(document, {
    Scalar: (_key, node) => {
      if (firstUnprintable(String(node.value)) !== null) node.type = Scalar.QUOTE_DOUBLE
    },
  })
  document.commentBefore = head
  // A sign that readers refuse would make all of the file unreadable, whatever lockfile it came from.
  return escapeUnprintable(document.toString({ lineWidth: 0, flowCollectionPadding: false }))
}
