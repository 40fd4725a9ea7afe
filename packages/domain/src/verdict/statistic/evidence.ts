/**
 * ln of the mean of several evidences, given as ln. Several bets run side by side, each with an equal part of the
 * stake: the mean of supermartingales is one, so it needs no correction for having tried them all.
 */
export function meanEvidence(logs: readonly number[]): number {
  const highest = Math.max(...logs)
  return highest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - highest), 0) / logs.length)
}

/** Above this an evidence is only shown as that much: JSON has no infinity, and nobody needs more. */
const shownMax = 1e9

/** Evidence as a person reads it: 1 is where it starts. */
export const shownEvidence = (log: number): number => {
  const evidence = Math.min(Math.exp(log), shownMax)
  return evidence >= 100 ? Math.round(evidence) : Number(evidence.toPrecision(3))
}
