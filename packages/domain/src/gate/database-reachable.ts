import { fail, ifSeen, notApplicable, pass } from './answers.ts'
import type { Gate } from './gate.ts'

/** The database that the release will use lets us in. */
export const databaseReachable: Gate = {
  name: 'database-reachable',
  title: 'the database answers',
  safety: false,
  perHost: true,
  evaluate: (facts) =>
    facts.database === null
      ? notApplicable('no database is named in towpath.yaml')
      : ifSeen(
          facts.database,
          { now: facts.now, what: 'the database', fix: 'check database.url of this environment' },
          ({ reachable, why, starts }) => {
            if (reachable) return pass(why)
            return starts === undefined
              ? fail(
                  `the database does not let us in: ${why}`,
                  'check the database and its secret, then deploy again',
                )
              : notApplicable(`${why}: this deployment starts it`)
          },
        ),
}
