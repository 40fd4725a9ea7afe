import { environmentFindingsView } from '@towpath/domain/ledger/views.ts'
import type { FindingChanges } from '@towpath/domain/live-findings/decide-findings.ts'
import { decideNotices } from '@towpath/domain/live-findings/decide-notices.ts'
import { findingKey } from '@towpath/domain/evidence/subject-evidence.ts'
import type { OpenIncident } from '@towpath/domain/live-findings/findings-state.ts'
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
  /** Incidents that are open. */
  incidents: readonly OpenIncident[]
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
  { environment, live, looked, liveFindings, incidents, seq }: Match,
  newId: Installation['newId'],
): Promise<void> {
  const now = looked.find(({ release }) => release === live)
  const { alert, detected, resolved } = decideNotices(liveFindings, now?.findings ?? [], {
    open: incidents,
    isKnown: now?.isKnown ?? true,
  })
  const about = { environment, actor: 'towpath', ...(now === undefined ? {} : { release: now.release }) }
  const idem = (what: string): string => `findings/${environment}/${seq}/${what}`
  if (alert.length > 0) {
    const data = { findings: alert.slice(0, ALERTED_MAX) }
    await tx.append({ ...about, type: 'alert.fired', idem: idem('alert'), data })
  }
  for (const finding of detected) {
    const why = `${finding.id} in ${finding.package} ${finding.version}, which is known to be exploited, is live`
    const data = { incident: newId('inc'), finding, why }
    await tx.append({ ...about, type: 'incident.detected', idem: idem(findingKey(finding)), data })
  }
  for (const { incident, id, package: name } of resolved) {
    const data = {
      incident,
      why: `${incident}: ${id} in ${name} does not count against what is live any more`,
    }
    await tx.append({ ...about, type: 'incident.resolved', idem: idem(incident), data })
  }
}

function inPieces({ cause, appeared, rescored, resolved }: FindingChanges): FindingChanges[] {
  const pieces: FindingChanges[] = []
  for (let at = 0; at < Math.max(appeared.length, rescored.length, resolved.length); at += CHANGES_MAX) {
    const part = <T>(list: readonly T[]): T[] => list.slice(at, at + CHANGES_MAX)
    pieces.push({ cause, appeared: part(appeared), rescored: part(rescored), resolved: part(resolved) })
  }
  return pieces
}
