import type { AdvisoryRecord } from '../../advisory/advisory.ts'
import { compactAdvisories, indexLines } from '../../advisory/advisory-lines.ts'
import { readOsvRecord } from '../../advisory/read-osv.ts'
import { noFacts, osvRecord, someComponent } from '../../advisory/testing/some-advisory.ts'
import { noEvidencePolicy } from '../../evidence/evidence-policy.ts'
import type { Component } from '../../inventory/component.ts'
import { matchEngine } from '../live-finding.ts'
import type { MatchInputs, ReleaseInventory } from '../live-finding.ts'
import type { AdvisoryLines, MatchData } from '../match-release.ts'

export interface SomeAdvisory {
  id: string
  name: string
  /** Versions below it are affected. */
  fixed: string
  /** What its database says of how bad it is. */
  rating?: string
}

export const linesOf = (advisories: readonly SomeAdvisory[]): AdvisoryLines => {
  const records = advisories
    .map(({ id, name, fixed, rating = 'high' }) =>
      readOsvRecord(osvRecord({ id, name, rating, events: [{ introduced: '0' }, { fixed }] })),
    )
    .filter((record): record is AdvisoryRecord => typeof record !== 'string')
  const { lines } = compactAdvisories(records)
  return lines.size === 0 ? new Map([['crates.io', []]]) : lines
}

/** Data that covers crates.io whatever it holds. */
export function someData(advisories: readonly SomeAdvisory[], exploited: readonly string[] = []): MatchData {
  const lines = linesOf(advisories)
  return {
    ...{ digest: JSON.stringify([advisories, exploited]), newest: '2026-01-01T00:00:00Z', unread: 0 },
    ...{ count: advisories.length, ecosystems: { 'crates.io': advisories.length }, partial: [] },
    index: (ecosystem) => indexLines(ecosystem, lines.get(ecosystem) ?? []),
    facts: { ...noFacts, exploited: new Set(exploited) },
  }
}

export const someRelease = (packages: Readonly<Record<string, string>>): ReleaseInventory => ({
  ...{ digest: JSON.stringify(packages), evidence: ['ev_1'], unknowns: [] },
  parts: [
    {
      services: ['backend'],
      where: 'image',
      inventories: [
        {
          ...{ file: 'image.tar', ecosystem: 'crates.io', gaps: [] },
          components: Object.entries(packages).map(([name, version]): Component =>
            someComponent({ name, version, file: 'app/backend', presence: 'shipped', path: [] }),
          ),
        },
      ],
    },
  ],
})

export const someInputs = (given: Partial<MatchInputs> = {}): MatchInputs => ({
  ...{ engine: matchEngine, data: 'd', inventory: 'i', evidence: ['ev_1'], waivers: [], vex: [] },
  gateWaivers: [],
  policy: noEvidencePolicy,
  ...given,
})
