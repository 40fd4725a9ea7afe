import { createHash } from 'node:crypto'
import type { Installation, StepWatcher } from '@towpath/app/installation.ts'
import { createTurns } from '@towpath/app/in-turn.ts'
import { createWake } from '@towpath/app/wake.ts'
import type { EvidenceKey } from '@towpath/store/ledger/ledger-key.ts'
import type { Store } from '@towpath/store/store.ts'
import { makeId } from './make-id.ts'
import type { Ports } from './wire-ports.ts'

/** How long a runner sleeps when nothing rings; what rings is in the ledger, so this costs only time. */
const pollMs = 1_000

export interface InstallationFacts {
  id: string
  store: Store
  evidenceKey: EvidenceKey
  ports: Ports
  edgeImage: string
  fence: number
  reconcileMs: number
  watchStep?: StepWatcher | undefined
}

/** Everything a use case may reach, put together: the only place that knows the real clock and real chance. */
export const wireInstallation = (facts: InstallationFacts): Installation => ({
  ...facts.ports,
  id: facts.id,
  store: facts.store,
  evidenceKey: facts.evidenceKey,
  now: () => new Date().toISOString(),
  elapsedMs: () => performance.now(),
  newId: makeId,
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
  edgeImage: facts.edgeImage,
  fence: facts.fence,
  wake: createWake(),
  inTurn: createTurns(),
  watchStep: facts.watchStep ?? (async () => {}),
  periods: { reconcileMs: facts.reconcileMs, pollMs },
})
