import { formatDuration } from '../config/duration.ts'
import { formatFreezeWindow } from '../config/freeze-window.ts'
import type { FreezeWindow, PolicyConfig } from '../config/resolved-config.ts'
import {
  evidenceLoosenings,
  noEvidencePolicy,
  settled,
  stricterEvidence,
} from '../evidence/evidence-policy.ts'
import type { EvidencePolicy } from '../evidence/evidence-policy.ts'

/** What an environment demands of every deployment. Accepted into the ledger by an admin, one version after another. */
export interface EnvironmentPolicy {
  /** Of the accepted policy; 0 where none was accepted yet. */
  version: number
  /** Distinct people, never the author. */
  approvals: number
  /** Environments that must have run the same release first, each at most once, by name. */
  needs: { environment: string; bakedMs: number }[]
  /** Each window at most once. */
  freeze: FreezeWindow[]
  /** The only hosts that may be deployed to. */
  hosts: string[]
  /** What it asks of evidence; absent in policies that were accepted before there was any. */
  evidence?: EvidencePolicy
}

/** A loosening that a commit asks for and no admin has accepted: it does not count until one does. */
export interface PendingChange {
  what: 'approvals' | 'needs' | 'freeze' | 'hosts' | 'evidence'
  accepted: string
  asked: string
}

/** What a commit asks in vain, and who could let it. */
export const describePending = (
  { what, accepted, asked }: PendingChange,
  { environment }: { environment: string },
): string =>
  `this commit asks for ${what} ${asked}; the accepted policy keeps ${accepted} until an admin accepts it: towpath policy accept -e ${environment}`

/** Where nothing was accepted yet, the first policy is what the file asks; the caller decides who may start like that. */
export function effectivePolicy(
  accepted: EnvironmentPolicy | null,
  asked: PolicyConfig,
): { policy: EnvironmentPolicy; pending: PendingChange[] } {
  const wanted = askedPolicy(asked)
  if (accepted === null) return { policy: wanted, pending: [] }
  return { policy: stricterPolicy(accepted, wanted), pending: looseningsOf(accepted, wanted) }
}

/** What a file asks, in the shape an admin accepts. */
export const askedPolicy = (asked: PolicyConfig, version = 0): EnvironmentPolicy => ({
  version,
  approvals: asked.approvals,
  needs: asked.needs === null ? [] : [asked.needs],
  freeze: uniqueWindows(asked.freeze),
  hosts: [...new Set(asked.hosts)].toSorted(),
  evidence: settled(evidenceOf(asked)),
})

/** The loosest policy that is as strict as both. The order of the two makes no difference, nor does saying one twice. */
export function stricterPolicy(one: EnvironmentPolicy, other: EnvironmentPolicy): EnvironmentPolicy {
  const needs = new Map<string, number>()
  for (const { environment, bakedMs } of [...one.needs, ...other.needs]) {
    needs.set(environment, Math.max(bakedMs, needs.get(environment) ?? 0))
  }
  return {
    version: Math.max(one.version, other.version),
    approvals: Math.max(one.approvals, other.approvals),
    needs: [...needs].map(([environment, bakedMs]) => ({ environment, bakedMs })).toSorted(byName),
    freeze: uniqueWindows([...one.freeze, ...other.freeze]),
    hosts: [...new Set(one.hosts)].filter((host) => other.hosts.includes(host)).toSorted(),
    evidence: stricterEvidence(evidenceOf(one), evidenceOf(other)),
  }
}

export const evidenceOf = ({ evidence }: Pick<EnvironmentPolicy, 'evidence'>): EvidencePolicy =>
  evidence ?? noEvidencePolicy

/** True where whatever passes `policy` would also pass `other`. */
export const isAsStrictAs = (policy: EnvironmentPolicy, other: EnvironmentPolicy): boolean =>
  looseningsOf(other, policy).length === 0

/** Each rule in which `asked` is looser than `accepted`, with both sides as text. */
function looseningsOf(accepted: EnvironmentPolicy, asked: EnvironmentPolicy): PendingChange[] {
  const pending: PendingChange[] = []
  if (asked.approvals < accepted.approvals) {
    pending.push({ what: 'approvals', accepted: String(accepted.approvals), asked: String(asked.approvals) })
  }
  for (const { environment, bakedMs } of accepted.needs) {
    const kept = asked.needs.find((need) => need.environment === environment)
    if (kept !== undefined && kept.bakedMs >= bakedMs) continue
    const askedText = kept === undefined ? `${environment} not needed` : bakedText(environment, kept.bakedMs)
    pending.push({ what: 'needs', accepted: bakedText(environment, bakedMs), asked: askedText })
  }
  const kept = new Set(asked.freeze.map(formatFreezeWindow))
  for (const window of accepted.freeze) {
    const text = formatFreezeWindow(window)
    if (!kept.has(text)) pending.push({ what: 'freeze', accepted: text, asked: 'not frozen' })
  }
  for (const host of asked.hosts) {
    if (!accepted.hosts.includes(host))
      pending.push({ what: 'hosts', accepted: accepted.hosts.join(', '), asked: host })
  }
  for (const loosened of evidenceLoosenings(evidenceOf(accepted), evidenceOf(asked)))
    pending.push({ what: 'evidence', ...loosened })
  return pending
}

const bakedText = (environment: string, bakedMs: number): string =>
  `${environment} baked ${formatDuration(bakedMs)}`

const byName = (a: { environment: string }, b: { environment: string }): number =>
  a.environment < b.environment ? -1 : 1

/** One window per meaning, in one order, so that equal policies are equal as data. */
function uniqueWindows(windows: readonly FreezeWindow[]): FreezeWindow[] {
  const byMeaning = new Map(windows.map((window) => [formatFreezeWindow(window), window]))
  return [...byMeaning]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([text, window]) => ({ ...window, text }))
}
