import { rememberAfterwards } from '../connection/check-history.ts'
import { answerOf, connect } from '../connection/connect.ts'
import { answerToFollowing, watchCommand } from '../follow/ending.ts'
import { followDeployment } from '../follow/follow-deployment.ts'
import type { Answer } from '../outcome/answer.ts'
import { exitCodes } from '../outcome/exit-code.ts'
import { line, span } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'
import { inMotion } from './in-motion.ts'

interface AbortOptions {
  environment?: string
  reason: string
  detach?: boolean
}

/** `towpath abort DEPLOYMENT` or `towpath abort -e ENV`. Reached when the deployment ended by it. */
export async function abort(
  context: Context,
  asked: string | undefined,
  options: AbortOptions,
): Promise<Answer> {
  const connection = await connect(context)
  const id = asked ?? (await inMotion(connection, options.environment))
  const { reason } = options
  await answerOf(
    connection.api.POST('/v1/deployments/{id}/abort', { params: { path: { id } }, body: { reason } }),
  )
  if (options.detach === true) {
    await rememberAfterwards(connection, context)
    return {
      page: [line(span('running', '● aborting'), `  ${id}`), line(`  watch it: ${watchCommand(id)}`)],
      json: { deployment: { id }, detached: true },
      next: [watchCommand(id)],
    }
  }
  const followed = await followDeployment(context, id)
  const answer = answerToFollowing(followed, id)
  if (followed.how === 'detached') return answer
  await rememberAfterwards(connection, context)
  // What was asked for is that it does not go on: its own failure is no failure of this command.
  const { failure: _failure, ...page } = answer
  const { outcome, reason: why } = followed.watched.deployment.finished
  if (outcome === 'live') return { ...page, exit: exitCodes.failed, failure: tooLate(id) }
  return { ...page, page: [...answer.page, line(`  ${outcome}: ${why}`)], exit: exitCodes.reached }
}

const tooLate = (id: string) => ({
  code: 'ABORT_TOO_LATE',
  title: `${id} was finished before it could be turned round.`,
  detail: { deployment: id },
  hint: 'It is live. To go back: towpath rollback',
  docs: 'docs/errors.md#abort_too_late',
})
