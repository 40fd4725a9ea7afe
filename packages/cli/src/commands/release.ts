import { answerOf, connect } from '../connection/connect.ts'
import { everyItem } from '../connection/every-item.ts'
import type { Answer } from '../outcome/answer.ts'
import { releasePage, releasesPage } from '../screen/release-page.ts'
import type { Context } from '../terminal/context.ts'
import { columnsOf } from '../terminal/shell.ts'

const lookOf = ({ shell }: Context) => ({ now: shell.now(), columns: columnsOf(shell.stdout) })

/** `towpath release list`. */
export async function listReleases(context: Context, { limit }: { limit: number }): Promise<Answer> {
  const { api } = await connect(context)
  const query = { limit: Math.max(1, limit) }
  const { items, next } = await answerOf(api.GET('/v1/releases', { params: { query } }))
  return { page: releasesPage(items, lookOf(context)), json: { releases: items, more: next !== null } }
}

/** `towpath release show VERSION`, with its last deployments. */
export async function showRelease(context: Context, version: string): Promise<Answer> {
  const { api } = await connect(context)
  const release = await answerOf(api.GET('/v1/releases/{version}', { params: { path: { version } } }))
  const all = await everyItem((query) => answerOf(api.GET('/v1/deployments', { params: { query } })), 600)
  const deployments = all.filter((deployment) => deployment.release === version)
  return { page: releasePage(release, deployments, lookOf(context)), json: { release, deployments } }
}
