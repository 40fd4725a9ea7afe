import { compactAdvisories } from '@towpath/domain/advisory/advisory-lines.ts'
import type { AdvisorySummary } from '@towpath/domain/advisory/advisory-lines.ts'
import type { AdvisoryRecord } from '@towpath/domain/advisory/advisory.ts'
import { readOsvRecord } from '@towpath/domain/advisory/read-osv.ts'
import { digestOf } from './advisory-digest.ts'
import { readRecordTexts } from './advisory-files.ts'
import type { Take } from './record-bounds.ts'

/** Unreadable records that are told one by one. */
const TOLD_MAX = 20

/** Advisories ready to match, by ecosystem. */
export interface LoadedAdvisories extends AdvisorySummary {
  /** `sha256:` over every line, so that the same data has the same digest however it came. */
  digest: string
  lines: ReadonlyMap<string, readonly string[]>
  /** Records that could not be read; whom they concern, nobody knows. */
  unread: number
  problems: readonly string[]
}

/** Reads OSV records from folders and archives, all as one collection. One that cannot be read is counted and told, never skipped in silence. */
export async function loadAdvisories(...paths: readonly string[]): Promise<LoadedAdvisories> {
  const records: AdvisoryRecord[] = []
  const problems: string[] = []
  let unread = 0
  const take: Take = (given) => {
    const { name } = given
    const record = 'text' in given ? parseRecord(given.text) : given.problem
    if (typeof record !== 'string') {
      records.push(record)
      return
    }
    unread += 1
    if (problems.length < TOLD_MAX) problems.push(`${name}: ${record}`)
  }
  for (const path of paths) await readRecordTexts(path, take)
  const { summary, lines } = compactAdvisories(records)
  return { ...summary, digest: digestOf(lines), lines, unread, problems }
}

function parseRecord(text: string): AdvisoryRecord | string {
  try {
    return readOsvRecord(JSON.parse(text.replace(/^\uFEFF/, '')))
  } catch (thrown) {
    if (thrown instanceof SyntaxError || thrown instanceof RangeError) return 'is no JSON'
    throw thrown
  }
}

/** Scores by vector, for data that is kept: those of version 4 take milliseconds each. */
export async function scoresOf({ lines }: Pick<LoadedAdvisories, 'lines'>): Promise<Map<string, number>> {
  const { scoreOf } = await import('@towpath/domain/advisory/cvss-score.ts')
  const scores = new Map<string, number>()
  for (const own of lines.values())
    for (const text of own) {
      const { v: vectors = [] } = JSON.parse(text.slice(text.indexOf('\t') + 1)) as { v?: string[] }
      for (const vector of vectors) {
        const score = scores.get(vector) ?? scoreOf(vector)
        if (score !== null) scores.set(vector, score)
      }
    }
  return scores
}
