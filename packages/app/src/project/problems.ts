import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

/** Where a problem stands, in front of its message, for those that stand somewhere. */
interface Placed {
  file?: string
  line?: number
  col?: number
  message: string
  hint?: string | null
}

const placed = ({ file, line, col, message }: Placed): string =>
  file === undefined ? message : `${file}:${line ?? 1}:${col ?? 1} ${message}`

/** One usage error that carries a whole list, so that a person mends everything at once. */
export function problemsError(facts: {
  code: string
  what: string
  problems: readonly Placed[]
  unchanged: string
}): TowpathError {
  const [first] = facts.problems
  const more = facts.problems.length > 1 ? ` (and ${facts.problems.length - 1} more)` : ''
  return new TowpathError({
    code: facts.code,
    kind: 'usage',
    message: `${facts.what}: ${first === undefined ? 'unknown problem' : placed(first)}${more}`,
    hint: `${first?.hint ?? 'Mend the file and try again.'} ${facts.unchanged}`,
    detail: { problems: facts.problems },
  })
}
