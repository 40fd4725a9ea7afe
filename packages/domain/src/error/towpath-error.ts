/** How a failed command ends for a script; the CLI maps it to its exit code. */
export type ErrorKind =
  | 'failed'
  | 'usage'
  | 'blocked'
  | 'forbidden'
  | 'unreachable'
  | 'locked'
  | 'not-found'
  | 'conflict'

export interface ErrorFacts {
  /** Stable, SCREAMING_SNAKE, one page each under docs/errors. */
  code: string
  kind: ErrorKind
  /** What happened and why, one or two sentences for a person. */
  message: string
  /** What was not changed and the next command to run. */
  hint: string
  /** Machine-readable facts; never holds a secret. */
  detail?: Record<string, unknown>
  /** True where trying the same again may work (a transport fault). */
  retryable?: boolean
  cause?: unknown
}

/** The one error type that crosses rooms: says what, why, what was not changed and what to do next. */
export class TowpathError extends Error {
  readonly code: string
  readonly kind: ErrorKind
  readonly hint: string
  readonly detail: Record<string, unknown>
  readonly retryable: boolean

  constructor(facts: ErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'TowpathError'
    this.code = facts.code
    this.kind = facts.kind
    this.hint = facts.hint
    this.detail = facts.detail ?? {}
    this.retryable = facts.retryable ?? false
  }
}

/** The message of anything thrown, for a log field or a wrapped error. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown)
