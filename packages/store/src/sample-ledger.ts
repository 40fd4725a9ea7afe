import type { EventLabels, NewEvent } from '@towpath/domain/ledger/event.ts'
import type { Fold } from './view/fold.ts'

/** For tests of the store: a small event of any labels, one per key. */
export const sampleEvent = (idem: string, labels: EventLabels = {}): NewEvent => ({
  type: 'image.deleted',
  actor: 'towpath',
  idem,
  ...labels,
  data: { image: `registry.example/backend@${idem}` },
})

/** What happened to one release, in order. */
export interface Tally {
  count: number
  keys: string[]
}

/** For tests of the store: counts the events of each release. */
export const tallyFold: Fold<Tally> = {
  kind: 'tally',
  version: 1,
  idsOf: ({ release }) => (release === undefined ? [] : [release]),
  fold: (state, { idem }) => ({ count: (state?.count ?? 0) + 1, keys: [...(state?.keys ?? []), idem] }),
}

/** Reads a stream to its end. */
export const collect = async <T>(stream: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = []
  for await (const item of stream) items.push(item)
  return items
}
