import { settled } from '../evidence/evidence-policy.ts'
import type { EvidencePolicy } from '../evidence/evidence-policy.ts'
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
  })
