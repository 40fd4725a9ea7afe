import { fail, ifSeen, notApplicable, pass, unknown } from './answers.ts'
import type { Gate } from './gate.ts'

/** The release that is live now can be had again: its images are there or can be. */
export const rollbackReady: Gate = {
  name: 'rollback-ready',
  title: 'the release that is live can be taken back',
  safety: false,
  perHost: true,
  evaluate: (facts) =>
    facts.previous === null
      ? notApplicable('nothing is live yet, so there is nothing to go back to')
      : ifSeen(
          facts.previous.ready,
          {
            now: facts.now,
            what: `whether ${facts.previous.release} can be taken back`,
            fix: 'check that its images are on the host or in the registry',
          },
          ({ ready, why }) =>
            ready
              ? pass(why)
              : fail(why, `push the images of ${facts.previous?.release ?? 'it'} again, then deploy`),
        ),
}

/** Where the config names a backup, it was made before the migration. */
export const backupMade: Gate = {
  name: 'backup-made',
  title: 'the database was backed up before the migration',
  safety: false,
  perHost: true,
  evaluate: ({ backup, release, deployment }) => {
    if (deployment.kind === 'rollback' || !release.migrates) return notApplicable('no migration runs')
    if (!backup.configured) return notApplicable('towpath.yaml names no backup job')
    if (backup.madeAt === null)
      return unknown(
        'no backup is recorded for this deployment',
        'see why the backup job did not finish, then deploy again',
      )
    return pass(`backup finished at ${backup.madeAt}`)
  },
}

/** The code may go back over the migrations that ran since: nobody guesses that for a person. */
export const schemaAllows: Gate = {
  name: 'schema-allows',
  title: 'the database schema allows going back',
  safety: true,
  evaluate: ({ schema, deployment, environment }) => {
    if (schema === null) return notApplicable('this is no rollback')
    if (schema.crossed.length === 0) return pass('no migration since then stands in the way')
    const since = schema.crossed.map((crossed) => `${crossed.release} (${crossed.schema})`).join(', ')
    if (schema.accepted !== null) return pass(`${since}; taken on: ${schema.accepted}`)
    return fail(
      `the migrations of ${since} may not suit ${deployment.release}`,
      `a person decides: towpath rollback ${deployment.release} -e ${environment} --accept-schema "why it is safe"`,
    )
  },
}
