import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { ErrorKind } from '@towpath/domain/error/towpath-error.ts'

/** How a command ends for a script. Stable: others branch on these numbers. */
export const exitCodes = {
  reached: 0,
  failed: 1,
  usage: 2,
  blocked: 3,
  rolledBack: 4,
  forbidden: 5,
  unreachable: 6,
  locked: 7,
  detached: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export const exitCodeMeanings: readonly [ExitCode, string][] = [
  [0, 'reached: what was asked for is so'],
  [1, 'failed: it was tried and did not work, or was aborted'],
  [2, 'usage: a wrong argument, an unknown name, or a mistake in a file'],
  [3, 'blocked: a gate or a missing approval refused the deployment; traffic was not touched'],
  [4, 'rolled back: it was live for a moment or being watched, and the release before serves again'],
  [5, 'forbidden: not signed in, or the role does not allow it'],
  [6, 'unreachable: the server did not answer'],
  [7, 'locked: something else holds the environment'],
  [130, 'stopped following: the work goes on without you'],
]

const byKind: Readonly<Record<ErrorKind, ExitCode>> = {
  failed: exitCodes.failed,
  usage: exitCodes.usage,
  // A name that does not exist is a wrong argument: nothing was tried.
  'not-found': exitCodes.usage,
  blocked: exitCodes.blocked,
  forbidden: exitCodes.forbidden,
  unreachable: exitCodes.unreachable,
  locked: exitCodes.locked,
  conflict: exitCodes.failed,
}

export const exitCodeOfKind = (kind: ErrorKind): ExitCode => byKind[kind]

type Ended = Pick<Deployment, 'failure'> & { finished: NonNullable<Deployment['finished']> }

/** Refused by its gates or for want of approval is `blocked`; refused because a step failed is `failed`. */
export function exitCodeOfEnd({ finished, failure }: Ended): ExitCode {
  switch (finished.outcome) {
    case 'live':
      return exitCodes.reached
    case 'rolled-back':
      return exitCodes.rolledBack
    case 'refused':
      return failure === null ? exitCodes.blocked : exitCodes.failed
    case 'aborted':
    case 'superseded':
    case 'failed':
      return exitCodes.failed
  }
}
