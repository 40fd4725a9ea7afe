import { notSeen } from './online-answer.ts'
import type { OnlineAnswer } from './online-answer.ts'
import type { OnlineFacts, ReachedDatabase } from './online-facts.ts'

type Database = NonNullable<OnlineFacts['database']>

/** Whether the database answers, and whether two releases fit beside each other in what it allows. */
export function databaseAnswers({ environment, database, host }: OnlineFacts): OnlineAnswer[] {
  if (database === null) return []
  const about = { id: 'database', key: ['environments', environment] } as const
  const { seen, need } = database
  if ('unknown' in seen) {
    const otherwise = 'the database is asked from its host: see that the way there leads on'
    const { why, fix } = notSeen(seen, { host, otherwise })
    const message = `the database could not be asked: ${why}`
    return [
      { ...about, status: 'unknown', message, fix },
      unknownRoom(environment, need, 'the database could not be asked'),
    ]
  }
  if (!seen.value.reachable)
    return [
      {
        ...{ ...about, status: 'fail' },
        message: `the database does not let the server in: ${seen.value.why}`,
        fix: 'mend database.url or the secret it names; the database is asked from the host, by name where it is a container of the compose project',
      },
      unknownRoom(environment, need, 'the database did not answer'),
    ]
  return [
    { ...about, status: 'pass', message: `${seen.value.version} answers`, fix: null },
    roomAnswer(environment, need, seen.value),
  ]
}

const fixPools =
  'make the pools smaller, put a pooler in front, or let requests wait instead of overlapping: strategy: recreate-hold'

function roomAnswer(
  environment: string,
  need: Database['need'],
  { connections }: ReachedDatabase,
): OnlineAnswer {
  if (connections === null) return unknownRoom(environment, need, 'the database does not tell its limit')
  const { allowed, open } = connections
  const known = `${need.sum} makes ${need.count}, and the database allows ${allowed} (${open} are open now)`
  const about = { id: 'connections', key: ['environments', environment] } as const
  if (need.count > allowed)
    return { ...about, status: 'fail', message: `two releases do not fit: ${known}`, fix: fixPools }
  if (need.unknown.length > 0) {
    const why = `the database allows ${allowed} (${open} are open now)`
    return unknownRoom(environment, need, why)
  }
  return { ...about, status: 'pass', message: `two releases fit: ${known}`, fix: null }
}

function unknownRoom(
  environment: string,
  { unknown, sum, count }: Database['need'],
  why: string,
): OnlineAnswer {
  const pools =
    unknown.length > 0
      ? `nobody said how many connections ${unknown.join(', ')} opens`
      : `${sum} makes ${count}`
  return {
    ...{ id: 'connections', status: 'unknown', key: ['environments', environment] },
    message: `whether two releases fit side by side is not known: ${pools}; ${why}`,
    fix:
      unknown.length > 0
        ? `towpath.yaml: services.${unknown[0] ?? ''}.connections: N`
        : 'let the server reach the database, then check again',
  }
}
