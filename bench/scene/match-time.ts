import { audit } from '@towpath/domain/advisory/audit.ts'
import type { AuditInput } from '@towpath/domain/advisory/audit.ts'
import type { Inventory } from '@towpath/domain/inventory/component.ts'
import { readLockfile } from '@towpath/domain/inventory/lockfile/read-lockfile.ts'
import { openAdvisories } from '@towpath/cli/audit/open-advisories.ts'
import { capturedShell } from '@towpath/cli/terminal/captured-shell.ts'
import { timed } from '../measure.ts'
import { knownCrates, lockText, snapshot } from './audit-files.ts'

/** Seconds for all of them from data that was just opened, and for one that comes later. */
export interface MatchTime {
  seconds: number
  one: number
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
  return { seconds: all / 1_000, one: one / 1_000, findings }
}

async function inventoryOf(text: string): Promise<Inventory> {
  const reading = await readLockfile({ path: 'Cargo.lock', text })
  if (reading.ok) return reading.inventory
  throw new Error(`the benchmark's own lock cannot be read: ${reading.problems[0]?.message ?? ''}`)
}
