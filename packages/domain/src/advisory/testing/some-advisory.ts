import type { Component, Inventory } from '../../inventory/component.ts'
import type { Advisory } from '../advisory.ts'
import { compactAdvisories, indexLines } from '../advisory-lines.ts'
import type { AdvisoryIndex } from '../advisory-lines.ts'
import type { Finding } from '../finding.ts'
import type { MatchFacts } from '../match-inventory.ts'
import { readOsvRecord } from '../read-osv.ts'

type Event = Readonly<Record<string, string>>

/** An OSV record of one package; `events` are of one range. */
export const osvRecord = (given: {
  id: string
  name?: string
  ecosystem?: string
  events?: readonly Event[]
  versions?: readonly string[]
  informational?: string
  aliases?: readonly string[]
  vectors?: readonly string[]
  rating?: string
  withdrawn?: string
  modified?: string
}): object => ({
  id: given.id,
  modified: given.modified ?? '2026-01-01T00:00:00Z',
  summary: `${given.id} is bad`,
  aliases: given.aliases ?? [],
  severity: (given.vectors ?? []).map((score) => ({ type: 'CVSS_V3', score })),
  ...(given.withdrawn === undefined ? {} : { withdrawn: given.withdrawn }),
  ...(given.rating === undefined ? {} : { database_specific: { severity: given.rating } }),
  affected: [
    {
      package: { ecosystem: given.ecosystem ?? 'crates.io', name: given.name ?? 'rand' },
      ranges: given.events === undefined ? [] : [{ type: 'SEMVER', events: given.events }],
      versions: given.versions ?? [],
      database_specific: { informational: given.informational ?? null },
    },
  ],
})

/** The advisory of a record that is known to be readable. */
export function advisoryOf(given: Parameters<typeof osvRecord>[0]): Advisory {
  const record = readOsvRecord(osvRecord(given))
  const advisory = typeof record === 'string' ? undefined : record.advisories[0]
  if (advisory === undefined) throw new Error(`no advisory: ${JSON.stringify(record)}`)
  return advisory
}

/** An index over records, by the way of the text that a store holds. */
export function indexOf(records: readonly object[], ecosystem = 'crates.io'): AdvisoryIndex {
  const read = records.map(readOsvRecord).filter((record) => typeof record !== 'string')
  return indexLines(ecosystem, compactAdvisories(read).lines.get(ecosystem) ?? [])
}

export const someComponent = (given: Partial<Component> = {}): Component => ({
  ecosystem: 'crates.io',
  name: 'rand',
  version: '1.0.0',
  source: 'registry',
  alias: null,
  presence: 'unknown',
  file: 'Cargo.lock',
  line: 3,
  path: ['app 0.1.0', `${given.name ?? 'rand'} ${given.version ?? '1.0.0'}`],
  requiredBy: [],
  ...given,
})

export const someInventory = (components: readonly Component[]): Inventory => ({
  file: 'Cargo.lock',
  ecosystem: components[0]?.ecosystem ?? 'crates.io',
  components,
  gaps: [],
})

export const noFacts: MatchFacts = {
  score: () => null,
  exploited: null,
  probabilities: null,
  isInRange: () => true,
}

export const someFinding = (given: Partial<Finding> = {}): Finding => ({
  id: 'RUSTSEC-2026-0001',
  aliases: ['CVE-2026-0001'],
  package: 'rand',
  version: '1.0.0',
  kind: 'vulnerability',
  severity: 'high',
  score: 7.5,
  fixed: '1.0.1',
  presence: 'unknown',
  path: ['app 0.1.0', 'rand 1.0.0'],
  ecosystem: 'crates.io',
  file: 'Cargo.lock',
  line: 3,
  summary: 'It is bad',
  bump: { command: 'cargo update -p rand@1.0.0 --precise 1.0.1', blockedBy: [] },
  isExploited: null,
  exploitProbability: null,
  waiver: null,
  ...given,
})
