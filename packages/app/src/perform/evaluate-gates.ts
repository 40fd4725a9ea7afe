import { environmentView } from '@towpath/domain/ledger/views.ts'
import { stateOf } from '../state-of.ts'
import { evaluateGates, isPassed } from '@towpath/domain/gate/evaluate-gates.ts'
import { observeGateFacts } from '../observe/gate-facts.ts'
import type { Perform } from '../runner/performing.ts'

/** Looks at everything the gates ask about, stores what was seen by digest, and asks them. */
export const performGates: Perform<'evaluate-gates'> = async (performing) => {
  const { store } = performing.installation
  const facts = await observeGateFacts(performing)
  const waivers = (await stateOf(store, environmentView, performing.deployment.environment))?.waivers ?? []
  const results = evaluateGates(facts, waivers)
  const digest = await store.putBlob(Buffer.from(JSON.stringify({ facts, waivers })))
  return { type: 'gates.evaluated', data: { results, facts: digest, passed: isPassed(results) } }
}
