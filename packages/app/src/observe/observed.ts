import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import type { Observed } from '@towpath/domain/evidence/observed.ts'
import type { Installation } from '../installation.ts'

/** Looks once. A look that throws is an unknown with its reason, and with what mends it where time does not; never a value. */
export async function observed<T>({ now }: Installation, look: () => Promise<T>): Promise<Observed<T>> {
  try {
    const value = await look()
    return { at: now(), value }
  } catch (error) {
    const isForPeople = error instanceof TowpathError && !error.retryable
    return { at: now(), unknown: messageOf(error), ...(isForPeople ? { fix: error.hint } : {}) }
  }
}
