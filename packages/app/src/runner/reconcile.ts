import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import type { Installation } from '../installation.ts'
import { sentenceFor, foreignContainers } from '../observe/edge-facts.ts'
import { finishEjection } from '../adoption/finish-ejection.ts'
import { openAtRest } from './at-rest.ts'
import type { AtRest } from './at-rest.ts'
import { isLedgerBehind, isSetAside } from './hold-host.ts'
import { lookAtCertificate } from './keep-certificate.ts'
import { keepEdge, keepLiveRunning, stopStrays } from './keep-live.ts'
import { keepServing } from './keep-serving.ts'
import { keepReadiness } from './keep-readiness.ts'
import { retireWarm } from './retire-warm.ts'
import { pruneJobs, pruneReleases } from './prune-releases.ts'

/** Standing work on an environment: one pass, each part on its own so that none hides another. What rests is tidied, what moves is kept alive. */
export async function reconcileEnvironment(
  installation: Installation,
  environment: string,
  signal: AbortSignal,
): Promise<void> {
  if (await isSetAside(installation)) return
  await finishLeftEjection(installation, environment, signal)
  const parts: ((rest: AtRest) => Promise<void>)[] = [
    keepLiveRunning,
    keepEdge,
    stopStrays,
    recordForeign,
    retireWarm,
    keepReadiness,
    pruneReleases,
    pruneJobs,
    lookAtCertificate,
  ]
  for (const part of parts) {
    if (signal.aborted) return
    try {
      const rest = await openAtRest(installation, environment, signal)
      if (rest === null) return await keepServing(installation, environment, signal)
      await part(rest)
    } catch (error) {
      if (signal.aborted || isLedgerBehind(error)) return
      installation.log.warn(
        { environment, part: part.name, error: messageOf(error) },
        'reconcile part failed',
      )
    }
  }
}

/** An environment that is being given back, where whoever asked was cut short. */
async function finishLeftEjection(
  installation: Installation,
  environment: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await finishEjection(installation, environment, signal)
  } catch (error) {
    if (signal.aborted) return
    installation.log.warn({ environment, error: messageOf(error) }, 'ejection not finished yet')
  }
}

/** Somebody's own container under a name of the edge is recorded once, and once more when it is gone. Never touched. */
async function recordForeign({ installation, engine, deployment, environment }: AtRest): Promise<void> {
  const found = (await foreignContainers(engine, deployment.plan, environment)).map(sentenceFor)
  const known = environment.drift?.found ?? []
  if (found.join('\n') === known.join('\n')) return
  await installation.store.append({
    type: 'drift.found',
    actor: 'towpath',
    idem: installation.newId('drift'),
    environment: environment.environment,
    data: { found },
  })
}
