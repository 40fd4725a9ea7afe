import { answerOf, connect } from '../connection/connect.ts'
import type { Answer } from '../outcome/answer.ts'
import { planPage } from '../screen/plan-page.ts'
import type { Context } from '../terminal/context.ts'
import { nothingToDo, previewIn } from './motion.ts'

/** `towpath plan RELEASE -e ENV`: the preview of a deployment, with strategies in full. Changes nothing, blocks nothing. */
export async function plan(
  context: Context,
  release: string,
  { environment }: { environment: string },
): Promise<Answer> {
  const { api } = await connect(context)
  const answer = previewIn(
    await answerOf(
      api.POST('/v1/environments/{environment}/deployments', {
        params: { path: { environment } },
        body: { release, kind: 'deploy', reason: '', dryRun: true, replaceEdge: false },
      }),
    ),
  )
  if ('alreadyLive' in answer) return nothingToDo(answer)
  return { page: planPage(answer), json: { plan: answer } }
}
