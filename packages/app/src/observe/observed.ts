import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import type { Observed } from '@towpath/domain/evidence/observed.ts'
import type { Installation } from '../installation.ts'

/** Looks once. A look that throws is an unknown with its reason, never a value. */
export async function observed<T>({ now }: Installation, look: () => Promise<T>): Promise<Observed<T>> {
  try {
    const value = await look()
    return { at: now(), value }
  } catch (error) {
    return { at: now(), unknown: messageOf(error) }
  }
}
