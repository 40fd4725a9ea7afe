import { duration } from '@towpath/domain/config/duration-text.ts'
import type { Act } from './story.ts'

const columns = [
  'release',
  'where',
  'what happened',
  'live after',
  'back after',
  'requests',
  'failed',
  'dropped',
  'failed by release',
  'streams cut',
] as const

/** The table at the end: one row per act, every number measured in this run. */
export function renderTable(acts: Act[]): string {
  const rows = [columns.map(String), ...acts.map(rowOf)]
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  const line = (row: string[]): string =>
    `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd()
  const rule = widths.map((width) => '-'.repeat(width))
  return [line(rows[0] ?? []), line(rule), ...rows.slice(1).map(line)].join('\n')
}

const rowOf = (act: Act): string[] => [
  act.version,
  act.environment,
  `${act.what}: ${act.outcome}`,
  time(act.timeToLiveMs),
  time(act.timeToRollbackMs),
  String(act.load.requests),
  String(oursOf(act).failed),
  String(oursOf(act).dropped),
  Object.entries(act.load.failedByRelease)
    .filter(([, count]) => count > 0)
    .map(([release, count]) => `${release}: ${count}`)
    .join(', ') || '-',
  act.load.streamsCut === 0 ? '-' : `${act.load.streamsCut} (each ${act.load.cutsPerStreamMax}x)`,
]

const time = (ms: number | null): string => (ms === null ? '-' : duration(ms))

/** What our own acts cost: everything lost, less what a release that was let in answered or lost by itself. */
export function oursOf(act: Act): { failed: number; dropped: number } {
  const own = act.outcome === 'rolled-back' ? (act.load.failedByRelease[act.version] ?? 0) : 0
  const failed = Math.max(0, act.load.failed - own)
  return { failed, dropped: Math.max(0, act.load.dropped - Math.max(0, own - act.load.failed)) }
}
