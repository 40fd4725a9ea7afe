import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { ErrorKind } from '@towpath/domain/error/towpath-error.ts'

const kinds = new Set<string>([
  'failed',
  'usage',
  'blocked',
  'forbidden',
  'unreachable',
  'locked',
  'not-found',
  'conflict',
] satisfies ErrorKind[])

const isKind = (kind: unknown): kind is ErrorKind => typeof kind === 'string' && kinds.has(kind)

/** Members of a problem that the error says otherwise; all others are its facts. */
const told = new Set(['type', 'title', 'status', 'detail', 'code', 'kind', 'hint', 'docs', 'retryable'])

/** A problem as the server answers it (RFC 9457), as the error it was there. Anything else is SERVER_ANSWER_STRANGE. */
export function problemError(status: number, body: unknown): TowpathError {
  const problem = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const { code, kind, detail, hint, retryable } = problem
  if (typeof code !== 'string' || typeof detail !== 'string' || !isKind(kind)) return strangeAnswer(status)
  return new TowpathError({
    code,
    kind,
    message: detail,
    hint: typeof hint === 'string' ? hint : '',
    detail: Object.fromEntries(Object.entries(problem).filter(([name]) => !told.has(name))),
    retryable: retryable === true,
  })
}

export const strangeAnswer = (status: number): TowpathError =>
  new TowpathError({
    code: 'SERVER_ANSWER_STRANGE',
    kind: 'failed',
    message: `What answers there is no Towpath server, or one of another version (status ${status}).`,
    hint: 'Whether something was changed is not known. Check the address, then: towpath status',
    detail: { status },
  })

/** The server could not be asked at all. */
export const unreachable = (url: string, cause: unknown): TowpathError =>
  new TowpathError({
    code: 'SERVER_UNREACHABLE',
    kind: 'unreachable',
    message: `The server at ${url} does not answer: ${reasonOf(cause)}.`,
    hint: 'What runs on the hosts goes on without it. Start it with `towpath server` and try again.',
    detail: { url },
    retryable: true,
    cause,
  })

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  if (thrown.name === 'TimeoutError') return 'it took too long'
  const { cause } = thrown
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause
  return inner instanceof Error ? inner.message || inner.name : thrown.message
}
