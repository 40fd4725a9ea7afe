import { applyWaivers } from '../advisory/waiver.ts'
import { weighFinding } from '../gate/weigh-findings.ts'
import type { Weight } from '../gate/weigh-findings.ts'
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
  const [marked = bare] = applyWaivers([bare], waivers, beforeAnyEnd).findings
  const weight = weighFinding(marked, { policy, now: beforeAnyEnd.toISOString(), firstSeen: {} })
  const told = weight === 'waived' ? wordsOf(marked.waiver) : null
  if (weight !== 'blocks') return { weight, waiver: told }
  // A person with the right to laid this one over the gate: it covers what no waiver of the repository may.
  const gate = gateWaivers.find((one) => one.gate === gateOf(flaw))
  return gate === undefined
    ? { weight, waiver: null }
    : { weight: 'waived' satisfies Weight, waiver: wordsOf({ ...gate, expires: gate.expiresAt }) }
}

const gateOf = ({ where }: Flaw): string => (where === 'image' ? 'image-scan' : 'audit')

const wordsOf = (
  waiver: { owner: string; reason: string; expires: string } | null,
): LiveFinding['waiver'] => {
  if (waiver === null) return null
  const { owner, reason, expires } = waiver
  return { owner, reason, expires }
}
