import { applyWaivers } from '../advisory/waiver.ts'
import { weighFinding } from '../gate/weigh-findings.ts'
import type { Flaw, LiveFinding, MatchInputs } from './live-finding.ts'

export type Assessed = Pick<LiveFinding, 'weight' | 'waiver'>

/** Inputs hold only what was not over when they were read, so nothing in them ends by a clock. */
const beforeAnyEnd = new Date(0)

/** What an environment makes of a flaw: a pure function of what is let pass and what it asks. */
export function assess(
  flaw: Flaw,
  { waivers, gateWaivers, policy }: Pick<MatchInputs, 'waivers' | 'gateWaivers' | 'policy'>,
): Assessed {
  const bare = { ...flaw, path: [], line: null, bump: null, exploitProbability: null, waiver: null }
  const rule = applyWaivers([bare], waivers, beforeAnyEnd).findings[0]?.waiver ?? null
  const waiver = rule === null ? null : { ...wordsOf(rule), status: rule.status }
  const weight = weighFinding({ ...bare, waiver }, { policy, now: beforeAnyEnd.toISOString(), firstSeen: {} })
  if (weight === 'waived') return { weight, waiver: rule === null ? null : wordsOf(rule) }
  // A person with the right to laid this one over the gate: it covers what no waiver of the repository may.
  const gate = weight === 'blocks' ? gateWaivers.find((one) => one.gate === gateOf(flaw)) : undefined
  return gate === undefined
    ? { weight, waiver: null }
    : { weight: 'waived', waiver: wordsOf({ ...gate, expires: gate.expiresAt }) }
}

const gateOf = ({ where }: Flaw): string => (where === 'image' ? 'image-scan' : 'audit')

type Words = NonNullable<LiveFinding['waiver']>

const wordsOf = ({ owner, reason, expires }: Words): Words => ({ owner, reason, expires })
