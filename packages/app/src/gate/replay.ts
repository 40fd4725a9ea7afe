import { isPassed } from '@towpath/domain/gate/evaluate-gates.ts'
import type { GateResult } from '@towpath/domain/gate/gate.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { deploymentOf } from '../deployment/deployment-of.ts'
import { answersTo } from '../fleet/ask-hosts.ts'
import type { AskedAbout } from '../fleet/ask-hosts.ts'
import type { Installation } from '../installation.ts'

export interface Replay {
  recorded: GateResult[]
  replayed: GateResult[]
  /** Names of gates whose answer today differs from the recorded one, given the very same facts. */
  differing: string[]
  passed: boolean
}

/** Asks today's gates about the facts that were stored then. Same gates, same facts, same answers. */
export async function replayGates(installation: Installation, deployment: string): Promise<Replay> {
  const asked = await deploymentOf(installation, deployment)
  const { gates, id } = asked
  const stored = gates === null ? undefined : await installation.store.getBlob(gates.facts)
  if (gates === null || stored === undefined)
    throw new TowpathError({
      code: 'GATES_NOT_EVALUATED',
      kind: 'not-found',
      message: `The gates of ${id} were never asked.`,
      hint: `towpath explain ${id} shows how far it came. Nothing was changed.`,
    })
  const replayed = answersTo(asked, JSON.parse(stored.toString()) as AskedAbout)
  const then = new Map(gates.results.map((result) => [result.gate, result.answer]))
  return {
    recorded: gates.results,
    replayed,
    differing: replayed
      // A gate that came later finds nothing in facts of before it, and that is no difference.
      .filter((result) => (then.get(result.gate) ?? 'not-applicable') !== result.answer)
      .map((result) => result.gate),
    passed: isPassed(replayed),
  }
}
