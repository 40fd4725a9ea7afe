import { answerOf, connect } from '../connection/connect.ts'
import type { Connection } from '../connection/connect.ts'
import { everyItem } from '../connection/every-item.ts'
import type { DeploymentSummary, EnvironmentAnswer } from '../connection/shapes.ts'
import type { Answer } from '../outcome/answer.ts'
import { environmentPage, statusPage, wayBack } from '../screen/status-page.ts'
import type { EnvironmentStatus } from '../screen/status-page.ts'
import type { Context } from '../terminal/context.ts'
import { columnsOf } from '../terminal/shell.ts'

/** `towpath status [-e ENV]`. */
export async function status(context: Context, { environment }: { environment?: string }): Promise<Answer> {
  const { api } = await connect(context)
  const options = { now: context.shell.now(), columns: columnsOf(context.shell.stdout) }
  if (environment !== undefined) {
    const found = await answerOf(
      api.GET('/v1/environments/{environment}', { params: { path: { environment } } }),
    )
    const one = await statusOf(api, found)
    return { page: environmentPage(one, options), json: { environment: documentOf(one, options.now) } }
  }
  const found = await everyItem((query) => answerOf(api.GET('/v1/environments', { params: { query } })))
  const statuses = await Promise.all(
    found
      .toSorted((one, other) => (one.environment < other.environment ? -1 : 1))
      .map((each) => statusOf(api, each)),
  )
  return {
    page: statusPage(statuses, options),
    json: { environments: statuses.map((one) => documentOf(one, options.now)) },
  }
}

async function statusOf(api: Connection['api'], environment: EnvironmentAnswer): Promise<EnvironmentStatus> {
  const read = async (id: string): Promise<DeploymentSummary> =>
    await answerOf(api.GET('/v1/deployments/{id}', { params: { path: { id } } }))
  const [moving, waiting] = await Promise.all([
    environment.active === null ? null : read(environment.active),
    Promise.all(environment.queued.map(read)),
  ])
  return { environment, moving, waiting }
}

const documentOf = ({ environment, moving, waiting }: EnvironmentStatus, now: Date): object => ({
  ...environment,
  wayBack: wayBack(environment, now),
  moving,
  waiting,
})
