import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { environmentView } from '@towpath/domain/ledger/views.ts'
import { noticeChange } from '@towpath/domain/watch/notice-change.ts'
import type { WatchState } from '@towpath/domain/watch/watch-state.ts'
import type { Installation } from '../installation.ts'
import { stateOf } from '../state-of.ts'
import { judgeOnce, restOnce } from './judge-changes.ts'
import { recordChange } from './record-change.ts'
import { seeServices } from './see-services.ts'
import { openSession } from './session.ts'
import type { Session } from './session.ts'

/** Between two looks at what stands still, and at what changes or is judged. */
const lookEveryMs = { atRest: 2_000, moving: 500 }

/**
 * The standing work on an environment whose deployments are the team's own: look, notice, ask the gates, judge, record.
 * What it knows beyond the ledger is only what it saw since it began: after a crash the running judgement is done anew,
 * and a change that happened meanwhile is noticed by the difference to what is recorded.
 */
export async function watchEnvironment(
  installation: Installation,
  environment: string,
  signal: AbortSignal,
): Promise<void> {
  let session: Session | null = null
  let isBlind = false
  while (!signal.aborted) {
    try {
      const watch = await watchOf(installation, environment)
      session = watch === null ? null : await openSession(installation, { environment, watch, session })
      if (session !== null) await lookOnce(session)
      isBlind = false
    } catch (error) {
      if (signal.aborted) return
      // A host that is away for a day is told once, not at every look.
      if (!isBlind) installation.log.warn({ environment, error: messageOf(error) }, 'watched host not seen')
      isBlind = true
    }
    await installation.wake.wait(paceOf(installation, session), signal)
  }
}

/** Null where nobody watches, or where a deployment of Towpath's own moves. */
async function watchOf({ store }: Installation, environment: string): Promise<WatchState | null> {
  const state = await stateOf(store, environmentView, environment)
  return state === undefined || state.active !== null ? null : state.watch
}

function paceOf({ periods }: Installation, session: Session | null): number {
  if (session === null) return periods.reconcileMs
  const isMoving = session.noticing.forming !== null || session.watch.judging !== null
  return isMoving ? lookEveryMs.moving : lookEveryMs.atRest
}

async function lookOnce(session: Session): Promise<void> {
  const { installation } = session.host
  const seen = await seeServices(session.host)
  const { noticing, change } = noticeChange(session.noticing, {
    picture: seen.picture,
    nowMs: installation.elapsedMs(),
  })
  session.noticing = noticing
  if (change !== null) await recordChange(session, { seen, change })
  // While a script is at work nothing is judged: what it stops and what it starts is its affair.
  else if (noticing.forming === null) await (session.judged === null ? restOnce : judgeOnce)(session, seen)
  // The last look before a change is the last that found what is recorded.
  if (noticing.forming === null) session.lastSeenAt = installation.now()
}
