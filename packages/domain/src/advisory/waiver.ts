import { packageKey } from '../inventory/package-key.ts'
import type { Finding } from './finding.ts'

/** Words of VEX, with what each means here: only the first two let a finding pass for good reason. */
export const vexStatuses = ['not_affected', 'affected', 'fixed', 'under_investigation'] as const
export type VexStatus = (typeof vexStatuses)[number]

/** Longest time that a waiver may hold, in days. */
export const WAIVER_DAYS_MAX = 90

/** Somebody's word that one finding may pass, for a while. */
export interface FindingWaiverRule {
  /** Id of the advisory, or any of its aliases. */
  advisory: string
  /** Only for this package; null for every one. */
  package: string | null
  /** Only for the lockfile of this path; null for every one. */
  file: string | null
  owner: string
  reason: string
  /** `YYYY-MM-DD`, the last day (UTC) on which it holds. */
  expires: string
  status: VexStatus
  /** Line in the file of waivers. */
  line: number
}

export interface Waived {
  findings: readonly Finding[]
  /** Rules that would apply and are over: what they let pass counts again. */
  expired: readonly FindingWaiverRule[]
  /** Rules that nothing needed: their finding is gone, or they are mistyped. */
  unused: readonly FindingWaiverRule[]
}

const concerns = (rule: FindingWaiverRule, finding: Finding): boolean => {
  const { id, aliases, package: name, file, ecosystem } = finding
  return (
    (rule.advisory === id || aliases.includes(rule.advisory)) &&
    (rule.package === null || packageKey(ecosystem, rule.package) === packageKey(ecosystem, name)) &&
    (rule.file === null || rule.file === file)
  )
}

/** Marks what waivers let pass at a moment. An expired one lets nothing pass; packages made to do harm never pass. */
export function applyWaivers(
  findings: readonly Finding[],
  rules: readonly FindingWaiverRule[],
  now: Date,
): Waived {
  const today = now.toISOString().slice(0, 10)
  const holding = rules.filter(({ expires }) => expires >= today)
  const waived = findings.map((finding): Finding => {
    const rule = finding.kind === 'malicious' ? undefined : holding.find((one) => concerns(one, finding))
    if (rule === undefined) return finding
    const { owner, reason, expires, status } = rule
    return { ...finding, waiver: { owner, reason, expires, status } }
  })
  const isNeeded = (rule: FindingWaiverRule): boolean => findings.some((finding) => concerns(rule, finding))
  return {
    findings: waived,
    expired: rules.filter((rule) => rule.expires < today && isNeeded(rule)),
    unused: holding.filter((rule) => !isNeeded(rule)),
  }
}

/** The last day that a waiver written on `now` may hold. */
export const lastWaiverDay = (now: Date): string =>
  new Date(now.getTime() + WAIVER_DAYS_MAX * 86_400_000).toISOString().slice(0, 10)
