import { resolve } from 'node:path'
import { rememberAfterwards } from '../connection/check-history.ts'
import { answerOf, connect } from '../connection/connect.ts'
import { everyItem } from '../connection/every-item.ts'
import type { Answer } from '../outcome/answer.ts'
import { ProjectFolder } from '../project/project-folder.ts'
import { readConfig, readResolvedConfig } from '../project/read-project.ts'
import { line, span } from '../screen/line.ts'
import { watchReportPage, watchingLines } from '../screen/watch-page.ts'
import type { Context } from '../terminal/context.ts'
import { columnsOf } from '../terminal/shell.ts'
import { lengthOf } from './waive.ts'

/** `towpath watch start -e ENV`: the files of this folder say what is watched, and how it is judged. */
export async function startWatch(
  context: Context,
  { environment, project: folder }: { environment: string; project: string },
): Promise<Answer> {
  const project = new ProjectFolder(resolve(context.shell.folder, folder))
  readResolvedConfig(project, readConfig(project), environment)
  const files = Object.fromEntries(
    [...project.files].map(([path, bytes]) => [path, bytes.toString('base64')]),
  )
  const connection = await connect(context)
  const watch = await answerOf(
    connection.api.PUT('/v1/environments/{environment}/watch', {
      params: { path: { environment } },
      body: { files },
    }),
  )
  await rememberAfterwards(connection, context)
  return {
    page: [
      line(
        span('good', '✔ watching'),
        `  ${environment}: your own workflow deploys, nothing there is touched`,
      ),
      ...watchingLines(watch),
    ],
    json: { environment, watch },
    next: [`towpath watch report -e ${environment}`],
  }
}

/** `towpath watch stop -e ENV`. */
export async function stopWatch(
  context: Context,
  { environment, reason }: { environment: string; reason: string },
): Promise<Answer> {
  const connection = await connect(context)
  const { stopped } = await answerOf(
    connection.api.POST('/v1/environments/{environment}/watch/stop', {
      params: { path: { environment } },
      body: { reason },
    }),
  )
  if (stopped) await rememberAfterwards(connection, context)
  const text = stopped ? `${environment}; what was recorded stays` : `nobody watched ${environment}`
  return {
    page: [line(span('good', stopped ? '✔ stopped' : '✔ nothing to do'), `  ${text}`)],
    json: { environment, stopped },
  }
}

/** `towpath watch report [-e ENV] [--since 7d]`. */
export async function reportWatch(
  context: Context,
  { environment, since }: { environment?: string; since: string },
): Promise<Answer> {
  const now = context.shell.now()
  const from = new Date(now.getTime() - lengthOf(since)).toISOString()
  const { api } = await connect(context)
  const scope = environment === undefined ? {} : { environment }
  const all = await everyItem((page) =>
    answerOf(api.GET('/v1/observed-deployments', { params: { query: { ...page, ...scope } } })),
  )
  const observed = all.filter(({ at }) => at >= from).toReversed()
  return {
    page: watchReportPage(observed, { since, now, columns: columnsOf(context.shell.stdout) }),
    json: { since: from, observed },
  }
}
