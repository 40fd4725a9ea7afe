import type { Command, Measure } from '../command.ts'
import type { Deployment } from '../deployment-state.ts'

/**
 * A step that ends in a verdict, and what follows one that is inconclusive: the same once more where more time could
 * help, then requests of our own, then a person. Where something looked bad our own requests could not clear it, so the
 * person comes at once. Nothing here ever takes the place of a pass.
 */
export function unlessConclusive(
  state: Deployment,
  step: string,
  judge: (step: string, by: Measure) => Command,
): Command[] {
  const { verdicts } = state
  const extended = `${step}:extended`
  const isExtended = isOpen(verdicts[step]) && verdicts[step]?.timeHelps === true
  const last = isExtended ? extended : step
  const asked = [judge(step, 'traffic'), ...(isExtended ? [judge(extended, 'traffic')] : [])]
  if (!isOpen(verdicts[last])) return asked
  if (verdicts[last]?.isSuspect === true) return [...asked, ...unlessResumed(state, step, last)]
  const probed = `${step}:probed`
  const all = [...asked, judge(probed, 'probes')]
  return isOpen(verdicts[probed]) ? [...all, ...unlessResumed(state, step, probed)] : all
}

const isOpen = (verdict: { verdict: string } | undefined): boolean => verdict?.verdict === 'inconclusive'

const unlessResumed = (state: Deployment, step: string, after: string): Command[] =>
  state.resumed[after] === undefined ? [{ do: 'await-person', step: `await-person:${step}`, after }] : []
