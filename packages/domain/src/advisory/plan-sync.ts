/** One row of a mirror's list of what changed: when a record was modified, and its id. */
export interface ModifiedRow {
  /** RFC 3339, UTC. */
  modified: string
  id: string
}

/** What the last sync of an ecosystem saw of its list. */
export interface SyncState {
  newest: string
  rows: number
}

export type SyncPlan =
  | { do: 'nothing' }
  /** Everything anew, out of one archive. */
  | { do: 'all' }
  | { do: 'changed'; ids: readonly string[] }
  | { do: 'refuse'; why: string }

/** Changed records that are fetched one by one; more of them come faster as one archive. */
const CHANGED_MAX = 2000

/** A list may lose rows, since records are merged; one that lost more was cut, or is another one. */
const ROWS_KEPT_MIN = 0.9

/** Reads `modified_id.csv` of the OSV layout; the number of the first line that is no row, from 1, where there is one. */
export function readModifiedList(text: string): readonly ModifiedRow[] | { line: number } {
  const rows: ModifiedRow[] = []
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const [, modified, id] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z),([A-Za-z0-9][\w.:-]{0,99})\r?$/.exec(line) ?? []
    if (modified === undefined || id === undefined || Number.isNaN(Date.parse(modified)))
      return { line: at + 1 }
    rows.push({ modified, id })
  }
  return rows
}

/** When the newest record of a list was modified; null where the list is empty. */
export const newestOf = (rows: readonly ModifiedRow[]): string | null =>
  rows.reduce<string | null>(
    (newest, { modified }) => (newest === null || isLater(modified, newest) ? modified : newest),
    null,
  )

/** What has to be fetched of an ecosystem. A list that is older or much shorter than the last one is never followed. */
export function planSync(rows: readonly ModifiedRow[], before: SyncState | null): SyncPlan {
  const newest = newestOf(rows)
  if (newest === null) return { do: 'refuse', why: 'its list of records is empty' }
  if (before === null) return { do: 'all' }
  if (isLater(before.newest, newest))
    return {
      do: 'refuse',
      why: `its newest record is of ${newest}, and here is one of ${before.newest}: it is older than what is here`,
    }
  if (rows.length < before.rows * ROWS_KEPT_MIN)
    return {
      do: 'refuse',
      why: `it lists ${rows.length} records, and listed ${before.rows} before: it was cut`,
    }
  const changed = rows.filter(({ modified }) => isLater(modified, before.newest))
  // Of one time with the newest some may have come later: how many rows there are tells.
  if (changed.length === 0 && rows.length === before.rows) return { do: 'nothing' }
  if (changed.length === 0 || changed.length > CHANGED_MAX) return { do: 'all' }
  return { do: 'changed', ids: [...new Set(changed.map(({ id }) => id))] }
}

/** Fractions of a second are of any length, so texts of times do not compare. */
const isLater = (a: string, b: string): boolean => {
  const [left, right] = [Date.parse(a), Date.parse(b)]
  return left > right || (left === right && fractionOf(a) > fractionOf(b))
}

const fractionOf = (time: string): string => (/\.(\d+)Z$/.exec(time)?.[1] ?? '').padEnd(9, '0')
