import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

/** One usage error that carries a whole list, so that a person mends everything at once. */
export function problemsError(facts: {
  code: string
  what: string
  problems: readonly { message: string; hint?: string | null }[]
  unchanged: string
}): TowpathError {
  const [first] = facts.problems
  const more = facts.problems.length > 1 ? ` (and ${facts.problems.length - 1} more)` : ''
  return new TowpathError({
    code: facts.code,
    kind: 'usage',
    message: `${facts.what}: ${first?.message ?? 'unknown problem'}${more}`,
    hint: `${first?.hint ?? 'Mend the file and try again.'} ${facts.unchanged}`,
    detail: { problems: facts.problems },
  })
}
