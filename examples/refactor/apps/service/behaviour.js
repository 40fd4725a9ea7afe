/**
 * How a release behaves, from the BEHAVIOUR its image was built with:
 * good | never-healthy | slow-start:<ms> | exits-at-start | dies-after:<ms> | errors:<ratio> | slow:<ms> |
 * ignores-sigterm | exits-at-sigterm. Errors, slowness and the count of dies-after are of the traffic alone: probes and
 * streams go as in a good release.
 * Anything else throws, so that a misspelt release does not pass for a good one.
 */
export const parseBehaviour = (text = 'good') => {
  const [kind, argument] = text.split(':')
  if (
    ['good', 'never-healthy', 'exits-at-start', 'ignores-sigterm', 'exits-at-sigterm'].includes(kind) &&
    argument === undefined
  ) {
    return { kind }
  }
  const amount = argument === undefined || argument === '' ? Number.NaN : Number(argument)
  if (kind === 'dies-after' && amount >= 0) return { kind, afterMs: amount }
  if (kind === 'slow-start' && amount >= 0) return { kind, startMs: amount }
  if (kind === 'slow' && amount >= 0) return { kind, delayMs: amount }
  if (kind === 'errors' && amount >= 0 && amount <= 1) return { kind, ratio: amount }
  throw new Error(`BEHAVIOUR "${text}" is none that this app knows`)
}

/** Says of each request in turn whether it is to fail, so that any N of them hold N * ratio failures, give or take one. */
export const errorRhythm = (ratio) => {
  let owed = 0
  return () => {
    owed += ratio
    if (owed < 1 - 1e-9) return false
    owed -= 1
    return true
  }
}
