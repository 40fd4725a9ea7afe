import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import type { Observed } from '@towpath/domain/evidence/observed.ts'
import type { Installation } from '../installation.ts'

/** Looks once. A look that throws is an unknown with its reason, and with what mends it where time does not; never a value. */
export async function observed<T>(
  { now }: Pick<Installation, 'now'>,
  look: () => Promise<T>,
): Promise<Observed<T>> {
  try {
    const value = await look()
    return { at: now(), value }
  } catch (error) {
    const isForPeople = error instanceof TowpathError && !error.retryable
    return { at: now(), unknown: messageOf(error), ...(isForPeople ? { fix: error.hint } : {}) }
  }
}

/** The same, given up after a while: what has deadlines of its own may have several of them in a row. */
export const observedWithin = <T>(
  installation: Pick<Installation, 'now'>,
  withinMs: number,
  look: () => Promise<T>,
): Promise<Observed<T>> =>
  observed(installation, async () => {
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => late.reject(new Error(`no answer within ${withinMs / 1_000} s`)), withinMs)
    try {
      return await Promise.race([look(), late.promise])
    } finally {
      clearTimeout(timer)
    }
  })
