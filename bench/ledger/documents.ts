import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { foldEnvironment } from '@towpath/domain/environment/fold-environment.ts'
import { openDatabase } from '@towpath/store/database.ts'
import { historyEventAt, placeOf } from './history.ts'

interface Document {
  kind: string
  id: string
  created: number
  seq: number
  state: string
}

const batchRows = 5_000
/** An environment keeps a bounded part of its past, so its latest years make the same document as all of them. */
const foldedEventsMax = 100_000

/**
 * Writes what the store would have folded from a seeded history of events `after + 1` to `last`: both environments in
 * full, and one small document per deployment, so that the table is as long as it would be.
 */
export async function writeDocuments(
  url: string,
  { after, last }: { after: number; last: number },
): Promise<void> {
  const database = openDatabase(url)
  try {
    const documents = [...foldedEnvironments(after, last), ...deployments(after, last)]
    for (let start = 0; start < documents.length; start += batchRows)
      await database.kysely
        .insertInto('view')
        .values(documents.slice(start, start + batchRows))
        .execute()
  } finally {
    await database.close()
  }
}

function foldedEnvironments(after: number, last: number): Document[] {
  const states = new Map<string, { state: EnvironmentState; created: number; seq: number }>()
  for (let seq = Math.max(after, last - foldedEventsMax) + 1; seq <= last; seq += 1) {
    const { environment } = placeOf(seq)
    const before = states.get(environment)
    const state = foldEnvironment(before?.state, historyEventAt(seq))
    states.set(environment, { state, created: before?.created ?? seq, seq })
  }
  return [...states].map(([id, { state, created, seq }]) => ({
    kind: 'environment',
    id,
    created,
    seq,
    // Nothing runs here: a server that found something live would look for its containers.
    state: JSON.stringify({ ...state, active: null, queued: [], live: null, warm: null }),
  }))
}

function* deployments(after: number, last: number): Generator<Document> {
  for (let seq = after + 1; seq <= last; seq += 1) {
    const { kind, deployment, environment, release } = placeOf(seq)
    if (kind !== 'deployment.finished') continue
    const state = JSON.stringify({ id: deployment, environment, release, note: 'x'.repeat(500) })
    yield { kind: 'deployment', id: deployment, created: seq, seq, state }
  }
}
