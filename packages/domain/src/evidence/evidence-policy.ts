import { severityRanks } from '../advisory/severity.ts'
import type { SeverityRank } from '../advisory/severity.ts'
import { duration } from '../config/duration-text.ts'
import { demandLoosenings, describeDemand, stricterDemand } from './provenance-demand.ts'
import type { ProvenanceDemand } from './provenance-demand.ts'

/** Gates that ask for signed evidence, in the order of the checklist. An environment turns on those it wants. */
export const evidenceGates = [
  'audit',
  'image-scan',
  'sbom-present',
  'provenance',
  'pinning',
  'secrets',
  'static-analysis',
  'tests',
] as const
export type EvidenceGate = (typeof evidenceGates)[number]

export const gradedSeverities = ['low', 'medium', 'high', 'critical'] as const
export type GradedSeverity = (typeof gradedSeverities)[number]

/** What an environment demands of evidence. Part of its policy: a commit can make it stricter and never looser. */
export interface EvidencePolicy {
  /** Gates that are on, each once, in the order of the checklist. */
  gates: EvidenceGate[]
  /** Vulnerabilities count from this severity on; one without a score counts as high. */
  severity: GradedSeverity
  /** Count only what a newer version mends. */
  onlyFixable: boolean
  /** How long a finding may stay after this installation first saw it. */
  graceMs: Record<GradedSeverity, number>
  /** Older advisories, or an older check by them, make the answer unknown. */
  dataAgeMaxMs: number
  /** Whether waivers in the repository's own file let findings pass. */
  repositoryWaivers: boolean
  /** Where images have to be built; absent where the gate `provenance` is off. */
  provenance?: ProvenanceDemand | undefined
}

const defaultDataAgeMs = 48 * 3_600_000

/** Nothing asked; what the other fields are when nobody says. */
export const noEvidencePolicy: EvidencePolicy = {
  gates: [],
  severity: 'high',
  onlyFixable: false,
  graceMs: { low: 0, medium: 0, high: 0, critical: 0 },
  dataAgeMaxMs: defaultDataAgeMs,
  repositoryWaivers: true,
}

const rank = (severity: SeverityRank): number => severityRanks.indexOf(severity)

/** As strict as both. Thresholds of a side that asks for nothing say nothing. */
export function stricterEvidence(one: EvidencePolicy, other: EvidencePolicy): EvidencePolicy {
  if (one.gates.length === 0) return settled(other)
  if (other.gates.length === 0) return settled(one)
  return settled({
    gates: [...one.gates, ...other.gates],
    severity: rank(one.severity) <= rank(other.severity) ? one.severity : other.severity,
    onlyFixable: one.onlyFixable && other.onlyFixable,
    graceMs: byGrade((grade) => Math.min(one.graceMs[grade], other.graceMs[grade])),
    dataAgeMaxMs: Math.min(one.dataAgeMaxMs, other.dataAgeMaxMs),
    repositoryWaivers: one.repositoryWaivers && other.repositoryWaivers,
    ...stricterProvenance(one, other),
  })
}

function stricterProvenance(one: EvidencePolicy, other: EvidencePolicy): Pick<EvidencePolicy, 'provenance'> {
  if (one.provenance === undefined || other.provenance === undefined)
    return { ...pinOf(one.provenance), ...pinOf(other.provenance) }
  return { provenance: stricterDemand(one.provenance, other.provenance) }
}

const pinOf = (provenance: ProvenanceDemand | undefined): Pick<EvidencePolicy, 'provenance'> =>
  provenance === undefined ? {} : { provenance: stricterDemand(provenance, provenance) }

/** One way to write each policy, so that equal ones are equal as data. */
export function settled({ provenance, ...policy }: EvidencePolicy): EvidencePolicy {
  const gates = evidenceGates.filter((gate) => policy.gates.includes(gate))
  if (gates.length === 0) return noEvidencePolicy
  return { ...policy, gates, ...(gates.includes('provenance') ? pinOf(provenance) : {}) }
}

/** Each point in which `asked` is looser than `accepted`, both sides as text. */
export function evidenceLoosenings(
  accepted: EvidencePolicy,
  asked: EvidencePolicy,
): { accepted: string; asked: string }[] {
  const missing = accepted.gates.filter((gate) => !asked.gates.includes(gate))
  const gone = missing.map((gate) => ({ accepted: `${gate} asked`, asked: `${gate} not asked` }))
  // Thresholds are compared only where both ask something: without a gate they decide nothing.
  if (accepted.gates.length === 0 || asked.gates.length === 0) return gone
  const points: [boolean, (policy: EvidencePolicy) => string][] = [
    [rank(asked.severity) > rank(accepted.severity), ({ severity }) => `findings from ${severity} on`],
    [
      asked.onlyFixable && !accepted.onlyFixable,
      ({ onlyFixable }) => (onlyFixable ? 'only findings with a fix' : 'findings without a fix too'),
    ],
    ...gradedSeverities.map((grade): [boolean, (policy: EvidencePolicy) => string] => [
      asked.graceMs[grade] > accepted.graceMs[grade],
      ({ graceMs }) => `${graceMs[grade] === 0 ? 'no time' : duration(graceMs[grade])} for ${grade} findings`,
    ]),
    [
      asked.dataAgeMaxMs > accepted.dataAgeMaxMs,
      ({ dataAgeMaxMs }) => `advisories of at most ${duration(dataAgeMaxMs)}`,
    ],
    [
      asked.repositoryWaivers && !accepted.repositoryWaivers,
      ({ repositoryWaivers }) =>
        repositoryWaivers ? "the repository's waivers" : 'no waiver of the repository',
    ],
  ]
  return [
    ...gone,
    ...provenanceLoosenings(accepted, asked),
    ...points
      .filter(([isLooser]) => isLooser)
      .map(([, tell]) => ({ accepted: tell(accepted), asked: tell(asked) })),
  ]
}

/** Where the gate itself is gone, that is told, and not what it asked. */
function provenanceLoosenings(
  { provenance: accepted }: EvidencePolicy,
  { provenance: asked = anyPlace, gates }: EvidencePolicy,
): { accepted: string; asked: string }[] {
  return accepted === undefined || !gates.includes('provenance') ? [] : demandLoosenings(accepted, asked)
}

const anyPlace: ProvenanceDemand = { repositories: [], workflows: [], refs: [], issuers: [], maxAgeMs: null }

const byGrade = (of: (grade: GradedSeverity) => number): Record<GradedSeverity, number> => ({
  low: of('low'),
  medium: of('medium'),
  high: of('high'),
  critical: of('critical'),
})

/** One line for people. */
export function describeEvidencePolicy(policy: EvidencePolicy): string {
  const { gates, severity, onlyFixable, graceMs, dataAgeMaxMs, repositoryWaivers, provenance } = policy
  if (gates.length === 0) return 'none'
  const grace = gradedSeverities.filter((grade) => graceMs[grade] > 0)
  return [
    gates.join(', '),
    `findings from ${severity} on${onlyFixable ? ' that have a fix' : ''}`,
    ...grace.map((grade) => `${grade} may stay ${duration(graceMs[grade])}`),
    `advisories of at most ${duration(dataAgeMaxMs)}`,
    ...(repositoryWaivers ? [] : ['no waivers of the repository']),
    ...(provenance === undefined ? [] : [describeDemand(provenance)]),
  ].join('; ')
}
