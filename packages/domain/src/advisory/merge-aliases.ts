import { compareText } from '../version/order.ts'
import { advisoryKinds } from './advisory.ts'
import type { Advisory, AdvisoryKind } from './advisory.ts'
import type { FlawGroup } from './match-inventory.ts'

interface Concerned {
  advisory: Advisory
  fixed: string | null
}

/** Databases that know their ecosystem best come first: their id names the finding. */
const preference = ['MAL', 'RUSTSEC', 'GO', 'PYSEC', 'GHSA', 'CVE']
/** The database that a name is of, by how it begins. */
export const databaseOf = (id: string): string => id.split('-')[0] ?? ''

function rankOf(id: string): number {
  const at = preference.indexOf(databaseOf(id))
  return at === -1 ? preference.length : at
}

/**
 * One flaw that several databases tell of is one finding. Two records of the same database stay two, even where they
 * share an alias: their database keeps them apart. What is worst of what they say holds: no database makes the word of
 * another milder.
 */
export function mergeAliases(concerned: readonly Concerned[]): FlawGroup[] {
  const ordered = concerned.toSorted(
    (a, b) => rankOf(a.advisory.id) - rankOf(b.advisory.id) || compareText(a.advisory.id, b.advisory.id),
  )
  const groups: Concerned[][] = []
  // Those that share no name are not the same: a kernel has thousands of advisories, and few of them are compared.
  const byName = new Map<string, Set<number>>()
  for (const item of ordered) {
    const names = namesOf(item)
    const near = [...new Set(names.flatMap((name) => [...(byName.get(name) ?? [])]))].toSorted(
      (a, b) => a - b,
    )
    const found = near.find((at) => {
      const members = groups[at] ?? []
      return members.every((other) => areSame(other, item, members))
    })
    const at = found ?? groups.length
    groups[at] = [...(groups[at] ?? []), item]
    for (const name of names) byName.set(name, (byName.get(name) ?? new Set<number>()).add(at))
  }
  return groups.map(groupOf)
}

const worstKind = (kinds: readonly AdvisoryKind[]): AdvisoryKind =>
  advisoryKinds.find((kind) => kinds.includes(kind)) ?? 'vulnerability'

const namesOf = ({ advisory: { id, aliases } }: Concerned): string[] => [id, ...aliases]

function areSame(other: Concerned, item: Concerned, members: readonly Concerned[]): boolean {
  // One record may speak of a package twice, as of Ubuntu with and without a subscription.
  if (other.advisory.id === item.advisory.id) return true
  if (databaseOf(other.advisory.id) === databaseOf(item.advisory.id)) return false
  const names = new Set(members.flatMap(namesOf))
  return namesOf(item).some((name) => names.has(name))
}

function groupOf(members: readonly Concerned[]): FlawGroup {
  const [first, ...others] = members as [Concerned, ...Concerned[]]
  const aliases = new Set(members.flatMap(namesOf))
  aliases.delete(first.advisory.id)
  return {
    advisory: first.advisory,
    aliases: [...aliases].toSorted(compareText),
    upstream: members.flatMap(({ advisory }) => advisory.upstream),
    fixed: first.fixed ?? others.find(({ fixed }) => fixed !== null)?.fixed ?? null,
    kind: worstKind(members.map(({ advisory }) => advisory.kind)),
    ratings: members.map(({ advisory: { vectors, rating } }) => ({ vectors, rating })),
  }
}
