import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import type { Installation } from '../installation.ts'
import { sentenceFor, foreignContainers } from '../observe/edge-facts.ts'
import { openAtRest } from './at-rest.ts'
import type { AtRest } from './at-rest.ts'
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
  const parts: ((rest: AtRest) => Promise<void>)[] = [
    keepLiveRunning,
    keepEdge,
    stopStrays,
    recordForeign,
    retireWarm,
    keepReadiness,
    pruneReleases,
    pruneJobs,
  ]
  for (const part of parts) {
    if (signal.aborted) return
    try {
      const rest = await openAtRest(installation, environment, signal)
      if (rest === null) return await keepServing(installation, environment, signal)
      await part(rest)
    } catch (error) {
      if (signal.aborted) return
      installation.log.warn(
        { environment, part: part.name, error: messageOf(error) },
        'reconcile part failed',
      )
    }
  }
}

/** Somebody's own container under a name of the edge is recorded once, and once more when it is gone. Never touched. */
async function recordForeign({ installation, engine, deployment, environment }: AtRest): Promise<void> {
  const found = (await foreignContainers(engine, deployment.plan)).map(sentenceFor)
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
