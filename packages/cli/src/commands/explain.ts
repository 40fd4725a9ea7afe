import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import { answerOf, connect } from '../connection/connect.ts'
import type { Connection } from '../connection/connect.ts'
import { everyItem } from '../connection/every-item.ts'
import { answerToFollowing } from '../follow/ending.ts'
import { followDeployment } from '../follow/follow-deployment.ts'
import { watch } from '../follow/watched-deployment.ts'
import type { Watched } from '../follow/watched-deployment.ts'
import type { Answer } from '../outcome/answer.ts'
import { explainPage } from '../screen/explain-page.ts'
import { observedPage } from '../screen/watch-page.ts'
import { describeEvent } from '@towpath/domain/ledger/describe-event.ts'
import type { Context } from '../terminal/context.ts'

interface ExplainOptions {
  environment?: string
  follow?: boolean
}

/** `towpath explain DEPLOYMENT|RELEASE`; with `--follow` it first watches to the end. */
export async function explain(context: Context, asked: string, options: ExplainOptions): Promise<Answer> {
  const { api } = await connect(context)
  if (/^obs_[a-z0-9]+$/.test(asked)) return await explainObserved(api, asked)
  const id = /^dep_[a-z0-9]+$/.test(asked) ? asked : await lastOf(api, asked, options.environment)
  if (options.follow === true) return answerToFollowing(await followDeployment(context, id), id)
  const watched = await readStory(api, id)
  return { page: explainPage(watched, context.shell.now()), json: storyDocument(watched) }
}

/** A deployment of the team's own workflow, as it was watched. */
async function explainObserved(api: Connection['api'], id: string): Promise<Answer> {
  const observed = await answerOf(api.GET('/v1/observed-deployments/{id}', { params: { path: { id } } }))
  return { page: observedPage(observed), json: { observed } }
}

/** The newest deployment of a release. */
async function lastOf(
  api: Connection['api'],
  release: string,
  environment: string | undefined,
): Promise<string> {
  const scope = environment === undefined ? {} : { environment }
  const deployments = await everyItem((page) =>
    answerOf(api.GET('/v1/deployments', { params: { query: { ...page, ...scope } } })),
  )
  const found = deployments.find((deployment) => deployment.release === release)
  if (found !== undefined) return found.id
  const where = environment === undefined ? 'anywhere' : `to ${environment}`
  throw new TowpathError({
    code: 'RELEASE_NEVER_DEPLOYED',
    kind: 'not-found',
    message: `${release} was never deployed ${where}.`,
    hint: `Known releases: towpath release list. Deploy it with: towpath deploy ${release} -e ${environment ?? 'ENV'}`,
  })
}

async function readStory(api: Connection['api'], id: string): Promise<Watched> {
  const { waitsFor } = await answerOf(api.GET('/v1/deployments/{id}', { params: { path: { id } } }))
  const page = await answerOf(
    api.GET('/v1/ledger/events', { params: { query: { deployment: id, limit: 1_000 } } }),
  )
  const events = page.items as unknown as LedgerEvent[]
  const story = events.reduce<Watched | null>(watch, null)
  if (story === null) throw new Error(`deployment ${id} has no events`)
  return { ...story, waitsFor }
}

/** Everything the page says, and the events whole. The plan stays out: it is in the first event. */
function storyDocument({ deployment, events, waitsFor }: Watched): Record<string, unknown> {
  const { plan, start, done: _done, ...told } = deployment
  return {
    deployment: {
      ...told,
      from: start?.previous?.release ?? null,
      startedAt: start?.at ?? null,
      waitsFor,
      notes: plan.notes,
      schema: plan.schema,
    },
    events: events.map((event) => ({
      seq: event.seq,
      at: event.at,
      type: event.type,
      actor: event.actor,
      says: describeEvent(event),
    })),
  }
}
