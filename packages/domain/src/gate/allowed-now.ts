import { fail, notApplicable, pass } from './answers.ts'
import type { Gate, GateAnswer } from './gate.ts'
import type { GateFacts } from './gate-facts.ts'
import { needsPersonToGoBack } from '../release/release.ts'
import { duration } from '../config/duration-text.ts'

/** Enough distinct people other than the author said yes. */
export const approvals: Gate = {
  name: 'approvals',
  title: 'enough people other than the author approved',
  safety: false,
  evaluate: (facts) => {
    const { schema, migrates, author } = facts.release
    const risky = migrates && needsPersonToGoBack(schema) && !facts.deployment.first
    const needed = risky ? Math.max(1, facts.policy.approvals) : facts.policy.approvals
    const people = [...new Set(facts.approvals)].filter((name) => name !== author)
    if (needed === 0) return notApplicable('this environment asks for no approval')
    if (people.length >= needed) return pass(`approved by ${people.join(', ')}`)
    return fail(
      `${people.length} of ${needed} approvals${risky ? `, because its schema change is ${schema}` : ''}`,
      `somebody other than ${author} runs: towpath approve ${facts.release.version} -e ${facts.environment}`,
    )
  },
}

/** Not inside a freeze window. */
export const freezeWindow: Gate = {
  name: 'freeze-window',
  title: 'outside freeze windows',
  safety: false,
  evaluate: (facts) => {
    if (facts.policy.freeze.length === 0) return notApplicable('this environment has no freeze window')
    if (facts.frozen === null) return pass('no freeze window is open')
    return fail(
      `frozen until ${facts.frozen.until} (${facts.frozen.window})`,
      'wait, or let an admin waive it: towpath waive freeze-window --reason ...',
    )
  },
}

/** The environment before this one ran the same digests, verified and watched long enough. */
export const verifiedBefore: Gate = {
  name: 'verified-before',
  title: 'verified and baked in the environment before',
  safety: false,
  evaluate: (facts) => {
    if (facts.policy.needs.length === 0) return notApplicable('this environment needs no other first')
    const answers = facts.policy.needs.map((need) => verifiedIn(need, facts))
    return answers.find((answer) => answer.answer !== 'pass') ?? answers[0] ?? pass('nothing is needed')
  },
}

function verifiedIn(need: { environment: string; bakedMs: number }, facts: GateFacts): GateAnswer {
  const { version } = facts.release
  const verified = facts.needed.find((seen) => seen.environment === need.environment)?.verified ?? null
  if (verified === null)
    return fail(
      `${version} is not live and verified in ${need.environment}`,
      `towpath deploy ${version} -e ${need.environment}`,
    )
  const servedMs = Date.parse(facts.now) - Date.parse(verified.at) + verified.bakedMs
  if (servedMs < need.bakedMs)
    return fail(
      `verified in ${need.environment} for ${duration(servedMs)} of ${duration(need.bakedMs)}`,
      'wait until it has baked long enough, then promote again',
    )
  return pass(`live in ${need.environment} since ${verified.at}`)
}
