import { applyWaivers } from '../advisory/waiver.ts'
import type { JudgedFinding } from '../evidence/facts.ts'
import { applyVex } from '../evidence/vex-waivers.ts'
import { weighFinding } from '../gate/weigh-findings.ts'
import type { Flaw, LiveFinding, MatchInputs } from './live-finding.ts'

export type Assessed = Pick<LiveFinding, 'weight' | 'waiver'>

/** Inputs hold only what was not over when they were read, so nothing in them ends by a clock. */
const beforeAnyEnd = new Date(0)

/** What lets findings pass, and what an environment asks. */
export type AssessRules = Pick<MatchInputs, 'waivers' | 'vex' | 'gateWaivers' | 'policy'>

/** What an environment makes of a flaw: a pure function of both. */
export function assess(flaw: Flaw, rules: AssessRules): Assessed {
  const { gateWaivers, policy } = rules
  const waiver = waiverFor(flaw, rules)
  const weight = weighFinding({ ...flaw, waiver }, { policy, now: beforeAnyEnd.toISOString(), firstSeen: {} })
  if (weight === 'waived') return { weight, waiver: waiver === null ? null : wordsOf(waiver) }
  // A person with the right to laid this one over the gate: it covers what no waiver of the repository may.
  const gate = weight === 'blocks' ? gateWaivers.find((one) => one.gate === gateOf(flaw)) : undefined
  return gate === undefined
    ? { weight, waiver: null }
    : { weight: 'waived', waiver: wordsOf({ ...gate, expires: gate.expiresAt }) }
}

/** As at the gate: what OpenVEX of who may waive says comes before the waivers of the repository. */
function waiverFor(flaw: Flaw, { waivers, vex }: AssessRules): JudgedFinding['waiver'] {
  const bare = { ...flaw, path: [], line: null, bump: null, exploitProbability: null, waiver: null }
  const findings: JudgedFinding[] = applyWaivers([bare], waivers, beforeAnyEnd).findings.slice()
  const documents = vex
    .filter(({ where, services }) => where === flaw.where && services.join() === flaw.services.join())
    .map(({ document }) => document)
  const facts = { files: [], findings, unknowns: [], newestAdvisory: null }
  return applyVex(facts, documents, beforeAnyEnd.toISOString()).findings[0]?.waiver ?? null
}

const gateOf = ({ where }: Flaw): string => (where === 'image' ? 'image-scan' : 'audit')

type Words = NonNullable<LiveFinding['waiver']>

const wordsOf = ({ owner, reason, expires }: Words): Words => ({ owner, reason, expires })
