import { settled } from '../evidence/evidence-policy.ts'
import type { EvidencePolicy } from '../evidence/evidence-policy.ts'
import type { ProvenanceDemand } from '../evidence/provenance-demand.ts'
import { durationMs } from './resolve-services.ts'
import type { CompleteEnvironment } from './section/environment.ts'

/** `gates:` of an environment as its policy has it. */
export const resolveGates = (gates: CompleteEnvironment['gates']): EvidencePolicy =>
  settled({
    gates: gates.evidence,
    severity: gates.severity,
    onlyFixable: gates.only_fixable,
    graceMs: {
      low: durationMs(gates.grace.low),
      medium: durationMs(gates.grace.medium),
      high: durationMs(gates.grace.high),
      critical: durationMs(gates.grace.critical),
    },
    dataAgeMaxMs: durationMs(gates.data_age),
    repositoryWaivers: gates.repository_waivers,
    provenance: demandOf(gates.provenance),
  })

const demandOf = ({
  repository,
  workflow,
  ref,
  issuer,
  max_age: age,
}: CompleteEnvironment['gates']['provenance']): ProvenanceDemand => ({
  repositories: listOf(repository),
  workflows: listOf(workflow),
  refs: listOf(ref),
  issuers: [issuer],
  maxAgeMs: age === undefined ? null : durationMs(age),
})

const listOf = (text: string | undefined): string[] => (text === undefined ? [] : [text])
