import { ageMs, freshForMs } from '../evidence/observed.ts'
import { notApplicable, pass, unknown } from './answers.ts'
import type { Gate } from './gate.ts'
import { duration } from '../config/duration-text.ts'

/** Whatever the other gates look at was seen just now. */
export const evidenceFresh: Gate = {
  name: 'evidence-fresh',
  title: 'all evidence is fresh',
  safety: false,
  perHost: true,
  evaluate: (facts) => {
    const seen = [
      facts.host,
      facts.disk,
      facts.foreign,
      facts.edge,
      facts.database,
      ...facts.images.flatMap((image) => [image.registry, image.host]),
    ].filter((observed) => observed !== null)
    if (seen.length === 0) return notApplicable('nothing had to be observed')
    const oldestMs = Math.max(...seen.map((observed) => ageMs(observed, facts.now)))
    return oldestMs <= freshForMs
      ? pass(`the oldest of ${seen.length} observations is ${duration(Math.max(0, oldestMs))} old`)
      : unknown(
          `an observation is ${duration(oldestMs)} old`,
          'deploy again, so that everything is looked at anew',
        )
  },
}
