import type { GateResult } from './gate.ts'

/** What a checklist came to on one host. */
export interface HostResults {
  host: string
  results: readonly GateResult[]
}

/**
 * One checklist of several hosts: a gate passes where it passes on each, and otherwise says on which it does not. Every
 * list has the same gates in the same order.
 */
export function combineHosts(lists: readonly HostResults[]): GateResult[] {
  const [first] = lists
  return (first?.results ?? []).map((result, index) => {
    const all = lists.flatMap(({ host, results }) => {
      const own = results[index]
      return own === undefined ? [] : [{ host, result: own }]
    })
    const worst = all.toSorted((one, other) => rank(other.result) - rank(one.result))[0]
    const bad = all.filter((each) => rank(each.result) > rankOfPass)
    if (worst === undefined || all.every(({ result: { why } }) => why === result.why))
      return worst?.result ?? result
    if (bad.length === 0)
      return { ...worst.result, why: `on each of ${all.length} hosts; ${worst.host}: ${worst.result.why}` }
    return { ...worst.result, why: bad.map((each) => `${each.host}: ${each.result.why}`).join('; ') }
  })
}

const rankOfPass = 1

/** What counts most comes first: a fail that nobody waived, then what nobody could see. */
function rank({ answer, waiver }: GateResult): number {
  if (answer === 'not-applicable') return 0
  if (answer === 'pass') return rankOfPass
  if (waiver !== null) return 2
  return answer === 'unknown' ? 3 : 4
}
