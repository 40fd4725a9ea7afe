import { answerOf, connect } from '../connection/connect.ts'
import type { Answer } from '../outcome/answer.ts'
import { findingsPage } from '../screen/findings-page.ts'
import type { Context } from '../terminal/context.ts'
import { columnsOf } from '../terminal/shell.ts'

/** `towpath findings [--live] [-e ENV]`: what is known against what runs, and against what can be gone back to. */
export async function listFindings(
  context: Context,
  { environment, live }: { environment?: string; live?: boolean },
): Promise<Answer> {
  const { shell } = context
  const { api } = await connect(context)
  const scope = environment === undefined ? {} : { environment }
  const findings = await answerOf(
    api.GET('/v1/findings', { params: { query: { ...scope, live: live === true ? 'true' : 'false' } } }),
  )
  return {
    page: findingsPage(findings, { now: shell.now(), columns: columnsOf(shell.stdout) }),
    json: { findings },
  }
}
