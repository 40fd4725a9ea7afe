import { resolve } from 'node:path'
import { findUnpinned } from '@towpath/domain/repository/pins.ts'
import { counted } from '@towpath/domain/evidence/counted.ts'
import { answerResults } from '../audit/report/answer-results.ts'
import type { ResultOptions } from '../audit/report/answer-results.ts'
import type { Answer } from '../outcome/answer.ts'
import { walkRepository } from '../repository/walk-repository.ts'
import type { Context } from '../terminal/context.ts'

/** `towpath pinning [path]`: what this repository runs or builds on under a name that can be moved. */
export async function checkPinning(
  context: Context,
  path: string | undefined,
  options: ResultOptions,
): Promise<Answer> {
  const walked = walkRepository(resolve(context.shell.folder, path ?? '.'))
  const { results, unknowns, files } = findUnpinned(walked.texts)
  return await answerResults(context, options, {
    kind: 'pinning',
    scope: counted(files, 'file'),
    results,
    unknowns: [
      ...unknowns,
      ...walked.left.map((message) => ({ message, hint: 'name a smaller folder: towpath pinning PATH' })),
    ],
    clean: 'everything is pinned: actions by commit, images by digest',
    code: 'PINNING_HAS_RESULTS',
    hint: 'Nothing was changed. Write the commit behind the action (uses: a/b@COMMIT # v1.2.3) and the digest behind the image (FROM a:1@sha256:...); update bots keep both fresh.',
  })
}
