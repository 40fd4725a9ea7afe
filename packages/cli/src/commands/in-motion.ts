import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Connection } from '../connection/connect.ts'
import { environmentOrNull } from './motion.ts'

/** The deployment that moves or waits on an environment, for commands that name one by its place. */
export async function inMotion({ api }: Connection, environment: string | undefined): Promise<string> {
  if (environment === undefined)
    throw new TowpathError({
      code: 'DEPLOYMENT_NOT_NAMED',
      kind: 'usage',
      message: 'Which deployment? Neither its id nor -e is given.',
      hint: 'Nothing was changed. See what moves: towpath status',
    })
  const known = await environmentOrNull(api, environment)
  const id = known?.active ?? known?.queued.at(-1)
  if (id !== undefined) return id
  throw new TowpathError({
    code: 'NOTHING_IN_MOTION',
    kind: 'not-found',
    message: `Nothing moves or waits on ${environment}.`,
    hint: `Nothing was changed. To go back from what is live: towpath rollback -e ${environment}`,
  })
}
