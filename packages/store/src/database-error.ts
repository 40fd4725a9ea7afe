import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'

/** SQLSTATE classes and codes after which the same call may work: connection faults, shutdown, start-up, no slot. */
const UNREACHABLE_STATES = /^(08...|57P0[1-5]|53300)$/
const UNREACHABLE_CODES = new Set([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
  ],
])
/** What the driver throws without any code. */
const UNREACHABLE_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|connection error|not queryable|query read timeout/i

/** Turns what the driver throws into a TowpathError where a caller can act on it; anything else stays as it is. */
export const asStoreError = (thrown: unknown): unknown => {
  if (thrown instanceof TowpathError) return thrown
  const code = codeOf(thrown)
  if (isUnreachable(thrown, code)) return databaseUnreachable(thrown)
  if (code === '55P03' || code === '57014' || code === '25P03') return ledgerBusy(thrown)
  if (/^(28...|3D000)$/.test(code)) return loginRefused(thrown)
  if (code === '53100' || code === '53200') return databaseFull(thrown)
  return thrown
}

/** Runs database work and lets only errors out that say what to do next. */
export const reaching = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (thrown) {
    throw asStoreError(thrown)
  }
}

/** True for a failure that may pass by itself. */
export const isRetryable = (thrown: unknown): boolean => thrown instanceof TowpathError && thrown.retryable

const isUnreachable = (thrown: unknown, code: string): boolean => {
  if (UNREACHABLE_STATES.test(code) || UNREACHABLE_CODES.has(code)) return true
  if (thrown instanceof AggregateError)
    return thrown.errors.some((inner) => UNREACHABLE_CODES.has(codeOf(inner)))
  return code === '' && UNREACHABLE_MESSAGES.test(messageOf(thrown))
}

const codeOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : ''

const databaseUnreachable = (cause: unknown): TowpathError =>
  new TowpathError({
    code: 'DATABASE_UNREACHABLE',
    kind: 'unreachable',
    message: `The state database did not answer: ${messageOf(cause)}.`,
    hint: 'Whether a write in flight was kept is unknown; repeating it under the same idempotency key is safe. Check that PostgreSQL runs.',
    retryable: true,
    cause,
  })

const loginRefused = (cause: unknown): TowpathError =>
  new TowpathError({
    code: 'DATABASE_LOGIN_REFUSED',
    kind: 'usage',
    message: `The state database refused the login: ${messageOf(cause)}.`,
    hint: 'Nothing was changed. Correct user, password and database name in the database URL.',
    cause,
  })

const ledgerBusy = (cause: unknown): TowpathError =>
  new TowpathError({
    code: 'LEDGER_BUSY',
    kind: 'locked',
    message: `The state database did not finish in time: ${messageOf(cause)}.`,
    hint: 'Nothing was written. Try again; if it lasts, look for a long transaction in pg_stat_activity.',
    retryable: true,
    cause,
  })

const databaseFull = (cause: unknown): TowpathError =>
  new TowpathError({
    code: 'DATABASE_FULL',
    kind: 'failed',
    message: `The state database has no room left: ${messageOf(cause)}.`,
    hint: 'Nothing was written. Free disk space or memory on the database machine; work goes on by itself.',
    retryable: true,
    cause,
  })
