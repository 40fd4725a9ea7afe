import type { Check } from '@towpath/domain/adoption/finding.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { suggestWord } from '@towpath/domain/config/did-you-mean.ts'

/** Throws CHECK_UNKNOWN for an id that no check of this run has: a mistyped one would accept nothing, unseen. */
export function requireKnown(
  checks: readonly Check[],
  accepted: readonly string[],
  known: readonly string[],
): void {
  const ids = [...new Set([...known, ...checks.map(({ id }) => id)])]
  const strange = accepted.map((text) => text.split(':')[0] ?? '').find((id) => !ids.includes(id))
  if (strange === undefined) return
  throw new TowpathError({
    code: 'CHECK_UNKNOWN',
    kind: 'usage',
    message: `There is no check ${strange} to accept.`,
    hint: `Nothing was changed. ${suggestWord(strange, ids) ?? ''}`,
  })
}
