import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { hostOf } from '@towpath/domain/fleet/seat.ts'
import type { EventType } from '@towpath/domain/ledger/event.ts'
import { advisoriesId, advisoriesView, environmentView } from '@towpath/domain/ledger/views.ts'
import type { Installation } from '../installation.ts'
import { stateOf } from '../state-of.ts'
import { matchEnvironment } from './match-environment.ts'

/** Events after which something kept may have to be judged otherwise. */
const reasons: readonly EventType[] = [
  'advisories.imported',
  'deployment.finished',
  'ejection.began',
  'evidence.recorded',
  'gate.waived',
  'policy.accepted',
  'warm.retired',
]

/** Waivers end without an event. */
const lookEveryMs = 60_000
const retryMs = 20_000

/** Keeps what is known against live releases and rollback targets up to date. Resolves once `signal` aborts. */
export async function keepFindings(installation: Installation, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    let waitMs = lookEveryMs
    let after = 0
    try {
      // The head comes first: what happens during the look leads to another one.
      after = (await installation.store.head()).seq
      if (!(await matchAll(installation, signal))) waitMs = retryMs
    } catch (thrown) {
      if (signal.aborted) return
      installation.log.warn({ error: messageOf(thrown) }, 'looking at live findings failed, trying again')
      await installation.wake.wait(retryMs, signal)
      continue
    }
    await nextReason(installation, { after, waitMs, signal })
  }
}

/** One look at every environment, each on its own; false where one of them failed. */
export async function matchAll(installation: Installation, signal: AbortSignal): Promise<boolean> {
  // Without any, nothing can be said of anything, and nothing is recorded.
  const stored = await stateOf(installation.store, advisoriesView, advisoriesId)
  if (stored === undefined) return true
  let isWhole = true
  // A page holds more environments than any team has, its hosts included.
  const { items } = await installation.store.listViews(environmentView, { limit: 500 })
  for (const { state } of items) {
    if (signal.aborted) return isWhole
    if (hostOf(state.environment) !== null) continue
    try {
      await matchEnvironment(installation, state, stored)
    } catch (thrown) {
      isWhole = false
      if (!signal.aborted)
        installation.log.warn(
          { environment: state.environment, error: messageOf(thrown) },
          'live findings were not looked at',
        )
    }
  }
  return isWhole
}

async function nextReason(
  { store }: Installation,
  { after, waitMs, signal }: { after: number; waitMs: number; signal: AbortSignal },
): Promise<void> {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(waitMs)])
  try {
    for await (const _ of store.follow({ after, filter: { types: reasons }, signal: ending })) return
  } catch (thrown) {
    if (!ending.aborted) throw thrown
  }
}
