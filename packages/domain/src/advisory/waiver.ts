import { packageKey } from '../inventory/package-key.ts'
import type { Finding } from './finding.ts'

/**
 * Words of VEX for what somebody found out. Whoever says that a finding does no harm here (`not_affected`), that it is
 * mended in place (`fixed`), or that it is known and borne (`affected`) lets it pass; while it is looked into
 * (`under_investigation`) nobody knows, and unknown never passes.
 */
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
  /** Line in its file. */
  line: number
  /** Of the baseline: it lets pass only what is not known to be exploited. Absent where it is a waiver. */
  by?: 'baseline'
}

export interface Waived {
  findings: readonly Finding[]
  /** Rules that would let pass what counts, and are over. */
  expired: readonly FindingWaiverRule[]
  /** Rules whose finding is still looked into: it counts until somebody decides. */
  undecided: readonly FindingWaiverRule[]
  /** Rules that nothing needed: their finding is gone, or they are mistyped. */
  unused: readonly FindingWaiverRule[]
}

/** Whether a rule is about a finding: by its id or an alias, and by package and file where it names them. */
export const concerns = (
  rule: Pick<FindingWaiverRule, 'advisory' | 'package' | 'file'>,
  finding: Finding,
): boolean => {
  const { id, aliases, package: name, file, ecosystem } = finding
  return (
    (rule.advisory === id || aliases.includes(rule.advisory)) &&
    (rule.package === null || packageKey(ecosystem, rule.package) === packageKey(ecosystem, name)) &&
    (rule.file === null || rule.file === file)
  )
}

const mayLetPass = ({ by }: FindingWaiverRule, { kind, isExploited }: Finding): boolean =>
  kind !== 'malicious' && (by === undefined || isExploited !== true)

/**
 * Marks what waivers, and then the baseline, let pass at a moment. An expired rule lets nothing pass; packages made to do
 * harm never pass, and what is known to be exploited never passes by the baseline.
 */
export function applyWaivers(
  findings: readonly Finding[],
  rules: readonly FindingWaiverRule[],
  now: Date,
): Waived {
  const today = now.toISOString().slice(0, 10)
  const current = rules.filter((rule) => holdsOn(today, rule))
  const holding = current.filter(({ status }) => status !== 'under_investigation')
  const waived = findings.map((finding): Finding => {
    const mayPass = holding.filter((one) => concerns(one, finding) && mayLetPass(one, finding))
    const rule = mayPass.find(({ by }) => by === undefined) ?? mayPass[0]
    if (rule === undefined) return finding
    const { owner, reason, expires, status, by } = rule
    return { ...finding, waiver: { owner, reason, expires, status, ...(by === undefined ? {} : { by }) } }
  })
  const isNeeded = (rule: FindingWaiverRule): boolean => findings.some((finding) => concerns(rule, finding))
  const open = waived.filter(({ waiver }) => waiver === null)
  const wouldHelp = (rule: FindingWaiverRule): boolean => open.some((finding) => concerns(rule, finding))
  return {
    findings: waived,
    expired: rules.filter((rule) => !holdsOn(today, rule) && wouldHelp(rule)),
    undecided: current.filter((rule) => rule.status === 'under_investigation' && wouldHelp(rule)),
    unused: current.filter((rule) => !isNeeded(rule)),
  }
}

/** Whether a rule is not over on a day (`YYYY-MM-DD`, UTC). */
export const holdsOn = (today: string, { expires }: Pick<FindingWaiverRule, 'expires'>): boolean =>
  expires >= today

/** The last day that a waiver written on `now` may hold. */
export const lastWaiverDay = (now: Date): string =>
  new Date(now.getTime() + WAIVER_DAYS_MAX * 86_400_000).toISOString().slice(0, 10)
