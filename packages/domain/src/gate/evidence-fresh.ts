import { ageMs, freshForMs } from '../evidence/observed.ts'
import { notApplicable, pass, unknown } from './answers.ts'
import { noEvidencePolicy } from '../evidence/evidence-policy.ts'
import type { Gate, GateAnswer } from './gate.ts'
import type { GateFacts } from './gate-facts.ts'
import { duration } from '../config/duration-text.ts'

/** Whatever the other gates look at was seen just now. */
export const evidenceFresh: Gate = {
  name: 'evidence-fresh',
  title: 'all evidence is fresh',
  safety: false,
  perHost: true,
  evaluate: (facts) => {
    const seen = [
      facts.host,
      facts.disk,
      facts.foreign,
      facts.edge,
      facts.database,
      ...facts.images.flatMap((image) => [image.registry, image.host]),
    ].filter((observed) => observed !== null)
    if (seen.length === 0) return notApplicable('nothing had to be observed')
    const stale = staleCheck(facts)
    if (stale !== null) return stale
    const oldestMs = Math.max(...seen.map((observed) => ageMs(observed, facts.now)))
    return oldestMs <= freshForMs
      ? pass(`the oldest of ${seen.length} observations is ${duration(Math.max(0, oldestMs))} old`)
      : unknown(
          `an observation is ${duration(oldestMs)} old`,
          'deploy again, so that everything is looked at anew',
        )
  },
}

/** Checks by advisories that gates of this environment read and that are older than it allows. */
function staleCheck({ policy, evidence, now }: GateFacts): GateAnswer | null {
  const { gates, dataAgeMaxMs } = policy.evidence ?? noEvidencePolicy
  const checks = [
    ...(gates.includes('audit') ? (evidence?.commits ?? []).map(({ audit }) => audit) : []),
    ...(gates.includes('image-scan') ? (evidence?.images ?? []).map(({ scan }) => scan) : []),
  ].flatMap((seen) => (seen.state === 'present' ? [seen] : []))
  const old = checks.find(({ recordedAt }) => !(Date.parse(now) - Date.parse(recordedAt) <= dataAgeMaxMs))
  if (old === undefined) return null
  return unknown(
    `${old.id} was recorded at ${old.recordedAt}, longer than ${duration(dataAgeMaxMs)} ago`,
    'make it again and bring it: the gate that reads it says how',
  )
}
