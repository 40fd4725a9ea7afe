import { advisedAs } from '../advisory/advisory-lines.ts'
import type { AdvisoryData } from '../advisory/audit.ts'
import type { Component, Inventory } from '../inventory/component.ts'

/**
 * Advisories that are held against the components of one image or commit, in all: several times as many as those of a
 * whole Debian with its kernel. A look is one piece of work, and nothing else of the server runs meanwhile.
 */
export const COMPARED_MAX = 150_000

/** Leaves out components from where the bound is reached, and says how many: what was not compared is unknown. */
export function withinBound(
  inventories: readonly Inventory[],
  { index }: Pick<AdvisoryData, 'index'>,
): { inventories: readonly Inventory[]; unknowns: string[] } {
  let compared = 0
  let left = 0
  const isWithin = ({ ecosystem, name, origin }: Component): boolean => {
    const names = origin === undefined ? [name] : [name, origin.name]
    for (const own of advisedAs(ecosystem)) for (const one of names) compared += index(own).find(one).length
    if (compared <= COMPARED_MAX) return true
    left += 1
    return false
  }
  const kept = inventories.map((own) => ({ ...own, components: own.components.filter(isWithin) }))
  if (left === 0) return { inventories, unknowns: [] }
  return {
    inventories: kept,
    unknowns: [
      `${left} components were not compared: there are more than ${COMPARED_MAX} advisories for the packages before them`,
    ],
  }
}
