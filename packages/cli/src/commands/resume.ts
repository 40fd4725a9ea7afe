import { rememberAfterwards } from '../connection/check-history.ts'
import { answerOf, connect } from '../connection/connect.ts'
import { answerToFollowing, watchCommand } from '../follow/ending.ts'
import { followDeployment } from '../follow/follow-deployment.ts'
import type { Answer } from '../outcome/answer.ts'
import { line, span } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'
import { inMotion } from './in-motion.ts'

interface ResumeOptions {
  environment?: string
  reason: string
  detach?: boolean
}

/** `towpath resume DEPLOYMENT` or `towpath resume -e ENV`: goes on where a verdict was inconclusive, and watches. */
export async function resume(
  context: Context,
  asked: string | undefined,
  options: ResumeOptions,
): Promise<Answer> {
  const connection = await connect(context)
  const id = asked ?? (await inMotion(connection, options.environment))
  await answerOf(
    connection.api.POST('/v1/deployments/{id}/resume', {
      params: { path: { id } },
      body: { reason: options.reason },
    }),
  )
  if (options.detach === true) {
    await rememberAfterwards(connection, context)
    return {
      page: [line(span('running', '● going on'), `  ${id}`), line(`  watch it: ${watchCommand(id)}`)],
      json: { deployment: { id }, detached: true },
      next: [watchCommand(id)],
    }
  }
  return answerToFollowing(await followDeployment(context, id), id)
}
