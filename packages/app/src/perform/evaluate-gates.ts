import { askGates } from '../fleet/ask-hosts.ts'
import type { Perform } from '../runner/performing.ts'

/** Looks at everything the gates ask about, stores what was seen by digest, and asks them. */
export const performGates: Perform<'evaluate-gates'> = async (performing) => {
  const { results, passed, about } = await askGates(performing)
  const facts = await performing.installation.store.putBlob(Buffer.from(JSON.stringify(about)))
  return { type: 'gates.evaluated', data: { results, facts, passed } }
}
