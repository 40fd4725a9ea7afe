import type { WantedEdge } from '@towpath/domain/edge/wanted.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { EdgeFile } from './edge-file.ts'

export const fenced = ({ fence, environment }: WantedEdge, file: EdgeFile): TowpathError =>
  new TowpathError({
    code: 'FENCED',
    kind: 'conflict',
    message: `The edge of ${environment} was last written by a newer controller (fence ${file.fence}, ours is ${fence}, deployment ${file.deployment ?? 'unreadable'}).`,
    hint: 'The edge was not changed. This controller is out of date and must not act: stop it.',
    detail: { fence, writtenBy: file.fence },
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
