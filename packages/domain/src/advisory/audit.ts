import { duration } from '../config/duration-text.ts'
import type { Inventory } from '../inventory/component.ts'
import { advisedAs, joinIndexes } from './advisory-lines.ts'
import type { AdvisoryIndex } from './advisory-lines.ts'
import { auditVerdict } from './audit-verdict.ts'
import type { AuditUnknown, AuditVerdict } from './audit-verdict.ts'
import type { EngineName, EngineReport } from './engine/engine.ts'
import { mergeEngineFindings } from './engine/merge-engine-findings.ts'
import type { FailRule } from './fail-rule.ts'
import type { Finding } from './finding.ts'
import { foreignFindings } from './foreign-findings.ts'
import { matchInventory } from './match-inventory.ts'
import type { MatchFacts } from './match-inventory.ts'
import { familyOf } from './version-order-of.ts'
import { applyWaivers } from './waiver.ts'
import type { FindingWaiverRule } from './waiver.ts'

/** Advisory data as an audit sees it. */
export interface AdvisoryData {
  digest: string
  /** RFC 3339; when the newest record was modified. */
  newest: string | null
  count: number
  /** Records that could not be read. */
  unread: number
  ecosystems: Readonly<Record<string, number>>
  /** Those of them of which only a part is here. */
  partial: readonly string[]
  index: (ecosystem: string) => AdvisoryIndex
}

export interface AuditInput {
  inventories: readonly Inventory[]
  data: AdvisoryData
  facts: MatchFacts
  /** What engines of others said of the same inventories; absent where none was asked. */
  engines?: readonly EngineReport[]
  waivers: readonly FindingWaiverRule[]
  rule: FailRule
  /** Whether findings of what is known not to ship are told and do not count. */
  shippedOnly?: boolean
  now: Date
  /** Age of the newest record from which on the data is too old; null where its age is told and not judged. */
  ageMaxMs: number | null
}

/** What an audit found, with what it was made of: evidence that a gate can read and anybody can make again. */
export interface AuditResult {
  verdict: AuditVerdict
  isFailure: boolean
  /** Findings that count under the rule. */
  counted: number
  rule: FailRule
  shippedOnly: boolean
  findings: readonly Finding[]
  unknowns: readonly AuditUnknown[]
  /** Waivers that are over, that decide nothing yet, or that nothing needs. */
  expired: readonly FindingWaiverRule[]
  undecided: readonly FindingWaiverRule[]
  unused: readonly FindingWaiverRule[]
  lockfiles: readonly AuditedFile[]
  advisories: { digest: string; newest: string | null; count: number }
  /** Engines of others that were asked, each with the bytes that were run; absent where none was. */
  engines?: readonly AskedEngine[]
}

export interface AskedEngine {
  engine: EngineName
  sha256: string
  /** Findings it told of; null where it failed. */
  findings: number | null
}

export interface AuditedFile {
  file: string
  ecosystem: string
  components: number
  /** From paths, repositories and other registries: no advisory can name them. */
  notCompared: number
  isCovered: boolean
}

/** A pure function of inventories, advisories, waivers and the time. What could not be judged is never clean. */
export function audit(input: AuditInput): AuditResult {
  const { inventories, data, facts, rule, shippedOnly = false, now, engines = [] } = input
  const indexes = new Map<string, AdvisoryIndex>()
  const found: Finding[] = []
  const unknowns: AuditUnknown[] = [...ageUnknown(input), ...unreadUnknown(data)]
  const lockfiles: AuditedFile[] = []
  for (const inventory of inventories) {
    const { file, ecosystem, components } = inventory
    const isCovered = Object.hasOwn(data.ecosystems, ecosystem) && !data.partial.includes(ecosystem)
    const index = indexes.get(ecosystem) ?? joinIndexes(ecosystem, advisedAs(ecosystem).map(data.index))
    indexes.set(ecosystem, index)
    const { findings, gaps, notCompared } = matchInventory(inventory, index, facts)
    // One by one: as arguments of one call, a hundred thousand are too many.
    for (const finding of findings) found.push(finding)
    found.push(...foreignFindings(inventory))
    lockfiles.push({ file, ecosystem, components: components.length, notCompared, isCovered })
    for (const gap of gaps)
      unknowns.push({
        what: 'inventory-gap',
        message: `${gap.file}${gap.line === null ? '' : `:${gap.line}`} ${gap.message}`,
        hint: 'what stands there was not compared with any advisory',
      })
  }
  unknowns.push(...coverageUnknowns(lockfiles), ...engineUnknowns(engines))
  const all = mergeEngineFindings({ findings: found, reports: engines, inventories, facts })
  const { findings, expired, undecided, unused } = applyWaivers(all, input.waivers, now)
  const { digest, newest, count } = data
  const { verdict, counted, isFailure } = auditVerdict({ rule, shippedOnly, findings, unknowns })
  return {
    verdict,
    isFailure,
    counted,
    rule,
    shippedOnly,
    findings,
    unknowns,
    expired,
    undecided,
    unused,
    lockfiles,
    advisories: { digest, newest, count },
    ...(engines.length === 0 ? {} : { engines: engines.map(askedEngine) }),
  }
}

const askedEngine = ({ engine, sha256, ...report }: EngineReport): AskedEngine => ({
  engine,
  sha256,
  findings: report.ok ? report.findings.length : null,
})

const engineUnknowns = (engines: readonly EngineReport[]): AuditUnknown[] =>
  engines.flatMap(({ engine, ...report }) =>
    report.ok
      ? []
      : [
          {
            what: 'engine-failed' as const,
            message: `${engine} did not judge it: ${report.problem}`,
            hint: 'mend that, or leave the engine out',
          },
        ],
  )

function coverageUnknowns(lockfiles: readonly AuditedFile[]): AuditUnknown[] {
  const open = lockfiles.filter(({ isCovered, components }) => !isCovered && components > 0)
  const wanted = lockfiles.filter(({ components }) => components > 0).map(({ ecosystem }) => ecosystem)
  return [...Map.groupBy(open, ({ ecosystem }) => ecosystem)].map(([ecosystem, files]) => ({
    what: 'ecosystem-not-covered',
    message: `${ecosystem} is not covered by the advisories: ${files.map(({ file, components }) => `${file} (${components})`).join(', ')}`,
    hint: `bring OSV data of ${ecosystem}: ${bringing(ecosystem, wanted)}`,
  }))
}

const isNameless = (ecosystem: string): boolean => ecosystem.startsWith('Unknown system:')

/**
 * The command that brings an ecosystem, and with it all others that are asked for, since a first sync takes the place of the
 * snapshot; a system without a name of OSV's has nothing to be synced.
 */
function bringing(ecosystem: string, wanted: readonly string[]): string {
  if (isNameless(ecosystem)) return 'towpath advisories import ARCHIVE'
  const families = new Set(wanted.filter((name) => !isNameless(name)).map(familyOf))
  return ['towpath advisories sync', ...[...families].toSorted().map((name) => `--ecosystem '${name}'`)].join(
    ' ',
  )
}

/** How far the clocks of two machines may be apart, in milliseconds. */
const CLOCK_SKEW_MAX_MS = 3_600_000

function ageUnknown({ data: { newest }, now, ageMaxMs }: AuditInput): AuditUnknown[] {
  const bring = 'towpath advisories sync, or import ARCHIVE'
  const unknown = (message: string, hint: string): AuditUnknown[] => [{ what: 'data-too-old', message, hint }]
  if (newest === null) return unknown('the advisories hold no record at all', `bring some: ${bring}`)
  const ageMs = now.getTime() - Date.parse(newest)
  if (ageMaxMs === null || (ageMs <= ageMaxMs && ageMs >= -CLOCK_SKEW_MAX_MS)) return []
  const asTheyAre = 'or take them as they are: --offline'
  const day = newest.slice(0, 10)
  return ageMs < 0
    ? unknown(
        `the newest advisory is of ${day}, which is yet to come, so nobody can say how old they are`,
        `look at the clock here, and bring others: ${bring}; ${asTheyAre}`,
      )
    : unknown(
        `the newest advisory is of ${day}, older than ${duration(ageMaxMs)}`,
        `bring newer ones: ${bring}; ${asTheyAre}`,
      )
}

const unreadUnknown = ({ unread }: AdvisoryData): AuditUnknown[] =>
  unread === 0
    ? []
    : [
        {
          what: 'data-unreadable',
          message: `${unread} advisory records could not be read, so nobody knows whom they concern`,
          hint: 'see them: towpath advisories status --advisories PATH',
        },
      ]
