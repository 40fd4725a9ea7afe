import { setTimeout as sleep } from 'node:timers/promises'
import type { Installation } from '@towpath/app/installation.ts'
import { keepFindings } from '@towpath/app/live-findings/keep-findings.ts'
import { reconcileEnvironment } from '@towpath/app/runner/reconcile.ts'
import { runEnvironment } from '@towpath/app/runner/run-environment.ts'
import { watchEnvironment } from '@towpath/app/watch/watch-environment.ts'
import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { environmentView } from '@towpath/domain/ledger/views.ts'
import { everyView } from '../http/every-view.ts'

const checkpointEveryMs = 3_600_000
const retryMs = 1_000

/** Runs everything that stands or moves by itself. Resolves when all of it has come to rest after `signal` aborted. */
export async function runLoops(installation: Installation, signal: AbortSignal): Promise<void> {
  const loops = new Map<string, Promise<unknown>>()
  const cover = (environment: string): void => {
    if (loops.has(environment)) return
    installation.log.info({ environment }, 'environment covered')
    loops.set(
      environment,
      Promise.all([
        runEnvironment(installation, { environment, part: 'active' }, signal),
        runEnvironment(installation, { environment, part: 'queued' }, signal),
        keepReconciling(installation, environment, signal),
        watchEnvironment(installation, environment, signal),
      ]),
    )
  }
  await Promise.all([
    coverAll(installation, cover, signal),
    keepFindings(installation, signal),
    keepCheckpoints(installation, signal),
  ])
  await Promise.all(loops.values())
}

/** The environments there are, then each new one from its first deployment, or its watch, on. */
async function coverAll(
  { store, log }: Installation,
  cover: (environment: string) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      // The head comes first: an environment that begins in between is then seen twice, never missed.
      const { seq } = await store.head()
      for await (const { state } of everyView(store, environmentView)) cover(state.environment)
      const begun = store.follow({
        after: seq,
        filter: { types: ['deployment.requested', 'watch.started'] },
        signal,
      })
      for await (const { environment } of begun) if (environment !== undefined) cover(environment)
    } catch (thrown) {
      if (signal.aborted) return
      log.warn({ error: messageOf(thrown) }, 'watching for environments failed, trying again')
      await pause(retryMs, signal)
    }
  }
}

async function keepReconciling(
  installation: Installation,
  environment: string,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await reconcileEnvironment(installation, environment, signal)
    } catch (thrown) {
      if (signal.aborted) return
      installation.log.warn({ environment, error: messageOf(thrown) }, 'reconcile failed, trying again')
    }
    await pause(installation.periods.reconcileMs, signal)
  }
}

/** A signed head now and then, kept beside the ledger: later rewriting of what came before it shows. */
async function keepCheckpoints({ store, log }: Installation, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(checkpointEveryMs, signal)
    try {
      await store.checkpoint()
    } catch (thrown) {
      if (!signal.aborted) log.warn({ error: messageOf(thrown) }, 'checkpoint failed')
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => {})
