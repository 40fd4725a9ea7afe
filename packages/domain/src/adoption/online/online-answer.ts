import type { Unseen } from '../../evidence/observed.ts'
import type { Check, CheckStatus } from '../finding.ts'
import type { OnlineFacts } from './online-facts.ts'

/** Ids of what `towpath check --online` asks, in the order in which it is told. */
export const onlineCheckIds = [
  'environment',
  'host',
  'host-clock',
  'host-disk',
  'hosts-left',
  'images',
  'host-images',
  'secret-values',
  'database',
  'connections',
  'live-health',
  'certificate',
  'second-operator',
] as const

export type OnlineCheckId = (typeof onlineCheckIds)[number]

/** Line of a key of towpath.yaml, or of the nearest key above it that is there. */
export type LineOf = (path: readonly string[]) => number

/** What one check says, before it gets its place. */
export interface OnlineAnswer {
  id: OnlineCheckId
  status: CheckStatus
  message: string
  fix: string | null
  /** Key of towpath.yaml that it is about. */
  key: readonly string[]
}

/**
 * Why nobody could look, and what would change that. What stands in the way to the host is told once, there, and not again
 * with everything that is asked through it.
 */
export function notSeen(
  { unknown, fix }: Unseen,
  { host, otherwise }: { host: OnlineFacts['host']; otherwise: string },
): { why: string; fix: string } {
  if ('unknown' in host.seen && host.seen.unknown === unknown)
    return { why: 'the host does not answer the server', fix: 'mend the way to the host first' }
  return { why: unknown.replace(/\.$/, ''), fix: fix ?? otherwise }
}

/** An answer about an environment as a check, at its line of towpath.yaml. */
export const checkOf = (
  environment: string,
  { id, status, message, fix, key }: OnlineAnswer,
  lineOf: LineOf,
): Check => ({
  id,
  status,
  file: 'towpath.yaml',
  line: lineOf(key),
  message: `${environment}: ${message}`,
  fix,
  patch: null,
})
