import { rememberAfterwards } from '../connection/check-history.ts'
import { answerOf, connect } from '../connection/connect.ts'
import type { Answer } from '../outcome/answer.ts'
import { line, span } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'

/** `towpath repair ENV [--dry-run]`. */
export async function repair(
  context: Context,
  environment: string,
  { dryRun = false }: { dryRun?: boolean },
): Promise<Answer> {
  const connection = await connect(context)
  const { done } = await answerOf(
    connection.api.POST('/v1/environments/{environment}/repair', {
      params: { path: { environment } },
      body: { dryRun },
    }),
  )
  if (!dryRun) await rememberAfterwards(connection, context)
  const sign = dryRun ? span('running', '○ would do') : span('good', '✔ done')
  return {
    page:
      done.length === 0
        ? [line(span('good', '✔ nothing to do'), `  ${environment} is what the ledger says`)]
        : done.map((what) => line(sign, `  ${what}`)),
    json: { environment, dryRun, done },
  }
}
