import type { WantedEdge } from '@towpath/domain/edge/wanted.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

/** Who wrote an edge's file last, as far as it can be read. */
export interface LastWriter {
  fence: number | null
  deployment: string | null
}

export const fenced = ({ fence, environment }: WantedEdge, last: LastWriter): TowpathError =>
  new TowpathError({
    code: 'FENCED',
    kind: 'conflict',
    message: `The edge of ${environment} was last written by a newer controller (fence ${last.fence}, ours is ${fence}, deployment ${last.deployment ?? 'unreadable'}).`,
    hint: 'The edge was not changed. This controller is out of date and must not act: stop it.',
    detail: { fence, writtenBy: last.fence },
  })

export const unreachable = (why: string): TowpathError =>
  new TowpathError({
    code: 'EDGE_UNREACHABLE',
    kind: 'unreachable',
    message: `The running edge cannot be asked: ${why}.`,
    hint: 'Traffic goes on as the edge last knew it. The next reconcile starts an edge that is gone; its file says what it should do.',
    retryable: true,
  })

export const notApplied = (differences: string[], complaint: string): TowpathError =>
  new TowpathError({
    code: 'EDGE_NOT_APPLIED',
    kind: 'failed',
    message: `The running edge did not take all of its new settings: ${differences.join(' ')}${complaint === '' ? '' : ` It said: ${complaint}`}`,
    hint: 'The file holds what is wanted, and traffic is served. The next attempt, or the reconciler, finishes it.',
    detail: { differences },
    retryable: true,
  })

export const notServing = (withinMs: number, seen: string): TowpathError =>
  new TowpathError({
    code: 'EDGE_NOT_SERVING',
    kind: 'failed',
    message: `The edge did not come up with its new file within ${withinMs / 1000} s; last seen: ${seen}.`,
    hint: 'An edge that ran before goes on with its former file. Read the log of the edge: a port may be taken.',
    retryable: true,
  })

/** New requests come to these; a backup gets them only when every live slot is down. */
export const takesRequests = (role: string): boolean => role === 'live' || role === 'candidate'

export const slotServes = (service: string, { slot, role }: { slot: string; role: string }): TowpathError =>
  new TowpathError({
    code: 'EDGE_SLOT_SERVES',
    kind: 'conflict',
    message: `Slot ${slot} of ${service} is ${role}: what is open there is not to be cut, because new requests would come to it.`,
    hint: 'Nothing was cut. Drain the slot first.',
    detail: { service, slot, role },
  })
