import { environmentFindingsView } from '@towpath/domain/ledger/views.ts'
import type { FindingChanges } from '@towpath/domain/live-findings/decide-findings.ts'
import { decideNotices } from '@towpath/domain/live-findings/decide-notices.ts'
import type { LiveFinding } from '@towpath/domain/live-findings/live-finding.ts'
import { summaryOf } from '@towpath/domain/live-findings/response-clock.ts'
import type { LedgerTransaction } from '@towpath/store/ledger/transact.ts'
import type { Installation } from '../installation.ts'
import type { LookedAt } from './look-at-release.ts'

/** Findings that one event holds; more of them follow in the next. */
const CHANGES_MAX = 200

/** Findings that one alert names. */
const ALERTED_MAX = 50

export interface Match {
  environment: string
  live: string | null
  looked: readonly LookedAt[]
  /** Place in the ledger of what was recorded last when this look began; 0 where nothing was. */
  seq: number
  dropped: readonly string[]
  /** What was known against what was live. */
  liveFindings: readonly LiveFinding[]
}

/** Records a whole look in one transaction, unless another one was recorded since it began: then all of it is in vain. */
export async function recordMatch({ store, newId, wake }: Installation, match: Match): Promise<void> {
  const { environment, live, looked, seq, dropped } = match
  const about = { environment, actor: 'towpath' }
  const idem = (what: string): string => `findings/${environment}/${seq}/${what}`
  await store.transact(async (tx) => {
    if (((await tx.view(environmentFindingsView, environment))?.seq ?? 0) !== seq) return
    for (const { release, unknowns, judged } of looked) {
      if (judged === null) continue
      const labels = { ...about, release }
      for (const [at, data] of judged.changes.flatMap(inPieces).entries())
        await tx.append({ ...labels, type: 'findings.changed', idem: idem(`${release}/${at}`), data })
      const data = { inputs: judged.inputs, unknowns: [...unknowns] }
      await tx.append({ ...labels, type: 'findings.matched', idem: idem(`${release}/matched`), data })
    }
    const releases = looked.map(({ release, findings, unknowns }) =>
      summaryOf(release, { findings, unknowns }),
    )
    const data = { live, releases, dropped: [...dropped] }
    await tx.append({ ...about, type: 'findings.counted', idem: idem('counted'), data })
    await tellOf(tx, match, newId)
  })
  wake.ring()
}

/** What concerns people: what counts against what is live and did not before, and what of it is exploited. */
async function tellOf(
  tx: LedgerTransaction,
  { environment, live, looked, liveFindings, seq }: Match,
  newId: Installation['newId'],
): Promise<void> {
  const now = looked.find(({ release }) => release === live)
  if (now === undefined) return
  const { alert, incidents } = decideNotices(liveFindings, now.findings)
  const labels = { environment, release: now.release, actor: 'towpath' }
  if (alert.length > 0)
    await tx.append({
      ...labels,
      type: 'alert.fired',
      idem: `findings/${environment}/${seq}/alert`,
      data: { findings: alert.slice(0, ALERTED_MAX) },
    })
  for (const { key, ...finding } of incidents)
    await tx.append({
      ...labels,
      type: 'incident.detected',
      // Once for as long as it is known here, whatever is deployed or waived in between.
      idem: `incident/${environment}/${key}`,
      data: {
        incident: newId('inc'),
        finding,
        why: `${finding.id} in ${finding.package} ${finding.version}, which is known to be exploited, is live`,
      },
    })
}

function inPieces({ cause, appeared, rescored, resolved }: FindingChanges): FindingChanges[] {
  const pieces: FindingChanges[] = []
  for (let at = 0; at < Math.max(appeared.length, rescored.length, resolved.length); at += CHANGES_MAX) {
    const part = <T>(list: readonly T[]): T[] => list.slice(at, at + CHANGES_MAX)
    pieces.push({ cause, appeared: part(appeared), rescored: part(rescored), resolved: part(resolved) })
  }
  return pieces
}
