import { rememberAfterwards } from '../connection/check-history.ts'
import { answerOf, connect } from '../connection/connect.ts'
import type { Answer } from '../outcome/answer.ts'
import { line, span } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'

/** `towpath approve RELEASE -e ENV`. */
export async function approve(
  context: Context,
  version: string,
  { environment, reason }: { environment: string; reason: string },
): Promise<Answer> {
  const connection = await connect(context)
  const answer = await answerOf(
    connection.api.POST('/v1/releases/{version}/approvals', {
      params: { path: { version } },
      body: { environment, reason },
    }),
  )
  await rememberAfterwards(connection, context)
  return {
    page: [
      line(span('good', '✔ approved'), `  ${version} for ${environment}`),
      line(span('quiet', `  so far: ${answer.approvals.join(', ')}`)),
    ],
    json: { ...answer },
    next: [`towpath deploy ${version} -e ${environment}`],
  }
}
