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
import { line, span } from '../screen/line.ts'
import { explainPage } from '../screen/explain-page.ts'
import { observedPage } from '../screen/watch-page.ts'
import { describeEvent } from '@towpath/domain/ledger/describe-event.ts'
import type { Context } from '../terminal/context.ts'

interface ExplainOptions {
  environment?: string
  follow?: boolean
}

/** `towpath explain DEPLOYMENT|RELEASE|ADVISORY`; with `--follow` it first watches to the end. */
export async function explain(context: Context, asked: string, options: ExplainOptions): Promise<Answer> {
  const { api } = await connect(context)
  if (/^obs_[a-z0-9]+$/.test(asked)) return await explainObserved(api, asked)
  const isDeployment = /^dep_[a-z0-9]+$/.test(asked)
  const id = isDeployment ? asked : await lastOf(api, asked, options.environment)
  if (id === null) return await explainFinding(api, asked, options.environment)
  if (options.follow === true) return answerToFollowing(await followDeployment(context, id), id)
  const watched = await readStory(api, id)
  return { page: explainPage(watched, context.shell.now()), json: storyDocument(watched) }
}

/** A deployment of the team's own workflow, as it was watched. */
async function explainObserved(api: Connection['api'], id: string): Promise<Answer> {
  const observed = await answerOf(api.GET('/v1/observed-deployments/{id}', { params: { path: { id } } }))
  return { page: observedPage(observed), json: { observed } }
}

/** What became of an advisory: each change with its cause and its event. Throws RELEASE_NEVER_DEPLOYED where it is none. */
async function explainFinding(
  api: Connection['api'],
  asked: string,
  environment: string | undefined,
): Promise<Answer> {
  const found = await answerOf(api.GET('/v1/findings/{id}/explain', { params: { path: { id: asked } } }))
  const story = found.story.filter((one) => environment === undefined || one.environment === environment)
  if (story.length === 0) throw neverDeployed(asked, environment)
  return {
    page: [
      line(span('strong', asked)),
      ...story.map(({ seq, at, environment: where, release, says }) =>
        line(
          span('quiet', `  #${seq} ${at.slice(0, 16).replace('T', ' ')}Z  `),
          `${where} ${release}  ${says}`,
        ),
      ),
    ],
    json: { finding: { ...found, story } },
  }
}

/** The newest deployment of a release; null where there is none. */
async function lastOf(
  api: Connection['api'],
  release: string,
  environment: string | undefined,
): Promise<string | null> {
  const scope = environment === undefined ? {} : { environment }
  const deployments = await everyItem((page) =>
    answerOf(api.GET('/v1/deployments', { params: { query: { ...page, ...scope } } })),
  )
  return deployments.find((deployment) => deployment.release === release)?.id ?? null
}

const neverDeployed = (asked: string, environment: string | undefined): TowpathError =>
  new TowpathError({
    code: 'RELEASE_NEVER_DEPLOYED',
    kind: 'not-found',
    message: `${asked} was never deployed ${environment === undefined ? 'anywhere' : `to ${environment}`}, and is no finding there.`,
    hint: `Known releases: towpath release list; findings: towpath findings. Deploy it with: towpath deploy ${asked} -e ${environment ?? 'ENV'}`,
  })

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
