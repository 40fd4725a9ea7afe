import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { resolve } from 'node:path'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import {
  readStoreExploitation,
  readStoreHead,
  readStoreLines,
  readStoreScores,
} from '../audit/advisory-store.ts'
import type { StoreHead } from '../audit/advisory-store.ts'
import { snapshotFolder, storeFolder } from '../audit/open-advisories.ts'
import { rememberAfterwards } from '../connection/check-history.ts'
import { answerOf, connect } from '../connection/connect.ts'
import type { Answer } from '../outcome/answer.ts'
import { line, span } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'

const pack = promisify(gzip)

/** `towpath advisories send`: what audits here use becomes what the server judges live releases by. */
export async function sendAdvisories(
  context: Context,
  { from, replace }: { from?: string; replace?: boolean },
): Promise<Answer> {
  const { shell } = context
  const { store, head } = storeToSend(from === undefined ? null : resolve(shell.folder, from), shell.env)
  const ecosystems: Record<string, string> = {}
  for (const name of Object.keys(head.ecosystems)) {
    const text = readStoreLines(store, head, name).join('\n')
    ecosystems[name] = (await pack(text)).toString('base64')
  }
  const { exploited } = readStoreExploitation(store, head)
  const { newest, count, unread, partial, source } = head
  const connection = await connect(context)
  const stored = await answerOf(
    connection.api.POST('/v1/advisories', {
      body: {
        ...{ source: source || 'the snapshot that came with Towpath', newest, count, unread, ecosystems },
        partial: [...partial],
        exploited: exploited === null ? null : [...exploited],
        scores: Object.fromEntries(readStoreScores(store, head)),
        replace: replace === true,
      },
    }),
  )
  await rememberAfterwards(connection, context)
  const covered = Object.keys(stored.ecosystems).join(', ') || 'nothing'
  return {
    page: [
      line(span('good', '✔ sent'), `  ${stored.count} advisories of ${covered}`),
      line(span('quiet', `  the newest of ${stored.newest?.slice(0, 10) ?? 'never'}`)),
    ],
    json: { advisories: stored },
    next: ['towpath findings --live'],
  }
}

/** What was named, else what was imported here, else the snapshot that came along. Throws ADVISORIES_NOT_FOUND. */
function storeToSend(named: string | null, env: Context['shell']['env']): { store: string; head: StoreHead } {
  const places = named === null ? [storeFolder({ env }), snapshotFolder()] : [named]
  for (const store of places) {
    const head = store === null ? null : readStoreHead(store)
    if (store !== null && head !== null) return { store, head }
  }
  throw new TowpathError({
    code: 'ADVISORIES_NOT_FOUND',
    kind: 'usage',
    message: `There are no advisories ${named === null ? 'here' : `in ${named}`} that could be sent.`,
    hint: 'Nothing was sent. Bring some in before: towpath advisories sync, or import ARCHIVE',
  })
}
