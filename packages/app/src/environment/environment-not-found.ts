import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

/** For a name that the ledger has never seen. */
export const environmentNotFound = (environment: string): TowpathError =>
  new TowpathError({
    code: 'ENVIRONMENT_NOT_FOUND',
    kind: 'not-found',
    message: `Nothing ever happened in an environment named ${environment}.`,
    hint: `It begins with the first deployment: towpath deploy VERSION -e ${environment}. Nothing was changed.`,
  })
