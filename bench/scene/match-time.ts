import { audit } from '@towpath/domain/advisory/audit.ts'
import type { AuditInput } from '@towpath/domain/advisory/audit.ts'
import { indexLines } from '@towpath/domain/advisory/advisory-lines.ts'
import type { ReleaseInventory } from '@towpath/domain/live-findings/live-finding.ts'
import { changedPackages, matchRelease, rematchRelease } from '@towpath/domain/live-findings/match-release.ts'
import type { AdvisoryLines, MatchData } from '@towpath/domain/live-findings/match-release.ts'
import { readStoreHead, readStoreLines } from '@towpath/cli/audit/advisory-store.ts'
import type { Inventory } from '@towpath/domain/inventory/component.ts'
import { readLockfile } from '@towpath/domain/inventory/lockfile/read-lockfile.ts'
import { openAdvisories } from '@towpath/cli/audit/open-advisories.ts'
import { capturedShell } from '@towpath/cli/terminal/captured-shell.ts'
import { timed } from '../measure.ts'
import { knownCrates, lockText, snapshot } from './audit-files.ts'

/** Seconds for all of them from data that was just opened, for one that comes later, and for all once one advisory changed. */
export interface MatchTime {
  seconds: number
  one: number
  again: number
  findings: number
}

/** Matches that many inventories, each of another lock, against the snapshot. Reading the locks is not counted. */
export async function matchTime(count: number): Promise<MatchTime> {
  const known = knownCrates()
  const inventories: Inventory[] = []
  for (let seed = 0; seed < count; seed += 1) inventories.push(await inventoryOf(lockText(known, seed)))
  const late = await inventoryOf(lockText(known, count))
  const shell = capturedShell({ argv: [], folder: snapshot })
  const opened = await openAdvisories(shell, snapshot)
  if (opened === null) throw new Error(`${snapshot} holds no advisories`)
  const input = (of: readonly Inventory[]): AuditInput => ({
    inventories: of,
    data: opened,
    facts: { ...opened.facts, isInRange: () => true },
    waivers: [],
    rule: 'none',
    now: shell.now(),
    ageMaxMs: null,
  })
  let findings = 0
  const all = await timed(() => {
    findings = audit(input(inventories)).findings.length
  })
  const one = await timed(() => audit(input([late])))
  const again = await againMs(inventories)
  return { seconds: all / 1_000, one: one / 1_000, again: again / 1_000, findings }
}

/** As a server does it for what it keeps: only the packages that the changed advisory speaks of are looked at. */
async function againMs(inventories: readonly Inventory[]): Promise<number> {
  const head = readStoreHead(snapshot)
  if (head === null) throw new Error(`${snapshot} holds no advisories`)
  const before = new Map([['crates.io', readStoreLines(snapshot, head, 'crates.io')]])
  const [first = '', ...rest] = before.get('crates.io') ?? []
  const after = new Map([['crates.io', [first.replace('"m":"', '"m":"x'), ...rest]]])
  const dataOf = (lines: AdvisoryLines): MatchData => ({
    ...{
      ...head,
      partial: [],
      facts: { score: () => null, exploited: null, probabilities: null, isInRange: () => true },
    },
    index: (ecosystem) => indexLines(ecosystem, lines.get(ecosystem) ?? []),
  })
  const releases = inventories.map((inventory): ReleaseInventory => ({
    ...{ digest: '', evidence: [], unknowns: [] },
    parts: [{ services: ['backend'], where: 'lockfile', inventories: [inventory] }],
  }))
  const old = memoised(dataOf(before))
  const known = releases.map((release) => matchRelease(release, old))
  let looked = 0
  const took = await timed(() => {
    const changed = changedPackages(before, after)
    const data = memoised(dataOf(after))
    for (const [at, release] of releases.entries()) {
      const matched = known[at]
      if (changed !== null && matched !== undefined)
        looked += rematchRelease(release, data, { before: matched, changed }) === null ? 0 : 1
    }
  })
  if (looked !== releases.length) throw new Error(`only ${looked} could be matched again by what changed`)
  return took
}

/** An index is made once, as the server's is. */
function memoised(data: MatchData): MatchData {
  const index = data.index('crates.io')
  return { ...data, index: (ecosystem) => (ecosystem === 'crates.io' ? index : data.index(ecosystem)) }
}

async function inventoryOf(text: string): Promise<Inventory> {
  const reading = await readLockfile({ path: 'Cargo.lock', text })
  if (reading.ok) return reading.inventory
  throw new Error(`the benchmark's own lock cannot be read: ${reading.problems[0]?.message ?? ''}`)
}
