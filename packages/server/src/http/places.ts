import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

/** A bounded number of seats. Nobody queues for one: who finds none is told at once. */
export interface Places {
  /** Takes a seat and returns the way to leave it; leaving twice is leaving once. Throws CONNECTIONS_FULL. */
  take(): () => void
  taken(): number
}

export function placesFor(most: number): Places {
  let taken = 0
  return {
    taken: () => taken,
    take() {
      if (taken >= most) throw full(most)
      taken += 1
      let left = false
      return () => {
        if (!left) taken -= 1
        left = true
      }
    },
  }
}

const full = (most: number): TowpathError =>
  new TowpathError({
    code: 'CONNECTIONS_FULL',
    kind: 'unreachable',
    message: `${most} requests already stay open on this server, which is as many as it keeps.`,
    hint: 'Close one that follows or waits, or ask again without following. Nothing was changed.',
    retryable: true,
  })
