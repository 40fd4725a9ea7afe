import type { Command, Measure } from '../command.ts'
import type { Deployment } from '../deployment-state.ts'

/**
 * A step that ends in a verdict, and what follows one that is inconclusive: the same once more where more time could
 * help, then requests of our own, then a person. Nothing here ever takes the place of a pass.
 */
export function unlessConclusive(
  state: Deployment,
  step: string,
  judge: (step: string, by: Measure) => Command,
): Command[] {
  const steps = [judge(step, 'traffic')]
  const first = state.verdicts[step]
  if (first?.verdict !== 'inconclusive') return steps
  const extended = `${step}:extended`
  if (first.timeHelps) steps.push(judge(extended, 'traffic'))
  if (first.timeHelps && state.verdicts[extended]?.verdict !== 'inconclusive') return steps
  const probed = `${step}:probed`
  steps.push(judge(probed, 'probes'))
  if (state.verdicts[probed]?.verdict !== 'inconclusive' || state.resumed[probed] !== undefined) return steps
  return [...steps, { do: 'await-person', step: `await-person:${step}`, after: probed }]
}
