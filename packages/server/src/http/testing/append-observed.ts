import type { Installation } from '@towpath/app/installation.ts'
import type { ObservedFacts } from '@towpath/domain/watch/observed-deployment.ts'

/** A deployment of a team's own, as the standing work records it once what runs has come to rest. */
export async function appendObserved(
  { store }: Installation,
  { id, environment, ...facts }: { id: string; environment: string } & Partial<ObservedFacts>,
): Promise<void> {
  await store.append({
    type: 'deployment.observed',
    actor: 'towpath',
    idem: `${id}/observed`,
    environment,
    data: {
      ...{ id, kind: 'deploy', release: null, services: [], from: {}, to: {}, formedMs: 0, lastSeenAt: null },
      gates: { results: [], passed: true, facts: '' },
      ...facts,
    },
  })
}
