import { ageMs, freshForMs } from '../evidence/observed.ts'
import type { Observed } from '../evidence/observed.ts'
import type { GateAnswer } from './gate.ts'

export const pass = (why: string): GateAnswer => ({ answer: 'pass', why })
export const fail = (why: string, fix: string): GateAnswer => ({ answer: 'fail', why, fix })
export const unknown = (why: string, fix: string): GateAnswer => ({ answer: 'unknown', why, fix })
export const notApplicable = (why: string): GateAnswer => ({ answer: 'not-applicable', why })

/** Judges what was seen; what was not seen, or too long ago, is unknown with the reason. */
export function ifSeen<T>(
  seen: Observed<T>,
  options: { now: string; what: string; fix: string },
  judge: (value: T) => GateAnswer,
): GateAnswer {
  if ('unknown' in seen) return unknown(`${options.what} could not be seen: ${seen.unknown}`, options.fix)
  if (!(ageMs(seen, options.now) <= freshForMs))
    return unknown(`${options.what} was last seen at ${seen.at}, too long ago`, options.fix)
  return judge(seen.value)
}
