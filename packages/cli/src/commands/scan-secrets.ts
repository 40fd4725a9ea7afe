import { counted } from '@towpath/domain/evidence/counted.ts'
import type { EvidenceUnknown } from '@towpath/domain/evidence/facts.ts'
import { logFormat, readLog } from '@towpath/domain/repository/added-lines.ts'
import { answerResults } from '../audit/report/answer-results.ts'
import type { ResultOptions } from '../audit/report/answer-results.ts'
import type { Answer } from '../outcome/answer.ts'
import { findSecrets } from '../repository/find-secrets.ts'
import { commitOf, git } from '../repository/git.ts'
import type { Context } from '../terminal/context.ts'

interface ScanOptions extends ResultOptions {
  since?: string
}

/**
 * `towpath secrets scan [--since COMMIT]`: every line that the commits of a range added, also those that a later one took
 * away again, since the history keeps them.
 */
export async function scanSecrets(context: Context, options: ScanOptions): Promise<Answer> {
  const { folder } = context.shell
  const head = await commitOf(folder, 'HEAD')
  const since = options.since === undefined ? null : await commitOf(folder, options.since)
  const isShallow = (await git(folder, ['rev-parse', '--is-shallow-repository'])).trim() === 'true'
  const log = await git(folder, [
    ...['log', '--patch', '--unified=0', `--format=${logFormat}`, '--diff-merges=first-parent'],
    ...['--no-color', '--no-ext-diff', '--no-textconv', '--no-renames', '--submodule=short'],
    ...[since === null ? head : `${since}..${head}`, '--'],
  ])
  const { added, commits, binaries } = readLog(log)
  const { secrets, skipped } = await findSecrets(added)
  const unknowns: EvidenceUnknown[] = [
    ...(isShallow && since === null
      ? [
          {
            message: 'this checkout holds only the newest commits',
            hint: 'fetch the whole history (fetch-depth: 0), or say what was looked through before: --since COMMIT',
          },
        ]
      : []),
    ...(commits === 0
      ? [{ message: 'the range holds no commit', hint: 'name an older one: --since COMMIT' }]
      : []),
    ...skipped.map(({ file, line, commit }) => ({
      message: `${file}:${line} in commit ${commit.slice(0, 12)} is too long to be searched`,
      hint: 'look at it by hand',
    })),
  ]
  return await answerResults(context, options, {
    kind: 'secrets',
    scope: [
      `${counted(commits, 'commit')} ${since === null ? 'up to ' : `${since.slice(0, 12)}..`}${head.slice(0, 12)}`,
      ...(binaries === 0 ? [] : [`${counted(binaries, 'binary file')} not looked into`]),
    ].join(', '),
    results: secrets,
    unknowns,
    clean: 'no secret was added',
    code: 'SECRETS_FOUND',
    hint: 'Nothing was changed. Whoever has the history has the secret: revoke it first, then take it out. What is no secret an admin lets pass: towpath waive secrets -e ENVIRONMENT --reason WHY --expires 30d',
  })
}
