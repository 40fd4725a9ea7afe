import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { setTimeout as sleep } from 'node:timers/promises'

export interface UntilOptions {
  withinMs: number
  /** Pause between two looks; 50 ms unless told. */
  everyMs?: number
  /** What is awaited, for the message: "the registry answers". */
  what?: string
}

/**
 * Asks `look` again and again until it gives something truthy, and returns that.
 * What `look` throws counts as "not yet". Throws `WAIT_TIMED_OUT` with the last fault when `withinMs` is over.
 */
export const until = async <T>(
  look: () => T | Promise<T>,
  { withinMs, everyMs = 50, what = 'the condition' }: UntilOptions,
): Promise<Truthy<T>> => {
  const deadline = performance.now() + withinMs
  let lastFault: unknown
  for (;;) {
    try {
      const found = await look()
      if (found) return found as Truthy<T>
      lastFault = undefined
    } catch (fault) {
      lastFault = fault
    }
    if (performance.now() >= deadline) throw timedOut(what, withinMs, lastFault)
    await sleep(everyMs)
  }
}

type Truthy<T> = Exclude<NonNullable<T>, false | '' | 0>

const timedOut = (what: string, withinMs: number, cause: unknown) =>
  new TowpathError({
    code: 'WAIT_TIMED_OUT',
    kind: 'failed',
    message: `${what}: not seen within ${withinMs} ms.${cause instanceof Error ? ` Last fault: ${cause.message}` : ''}`,
    hint: 'Nothing was changed by waiting. Look at the log of what was awaited.',
    cause,
  })
