import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { readStoreExploitation, readStoreHead, writeHead, writeStore } from '../audit/advisory-store.ts'
import type { Exploitation, StoreHead } from '../audit/advisory-store.ts'
import { loadAdvisories, scoresOf } from '../audit/load-advisories.ts'
import type { LoadedAdvisories } from '../audit/load-advisories.ts'
import { openMirror } from '../audit/mirror.ts'
import type { Mirror } from '../audit/mirror.ts'
import { storeFolder } from '../audit/open-advisories.ts'
import { ecosystemsOf, fetchAdvisories } from '../audit/sync-advisories.ts'
import type { Synced } from '../audit/sync-advisories.ts'
import type { Answer } from '../outcome/answer.ts'
import { line, span } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'
import type { Shell } from '../terminal/shell.ts'
import { exploitationOf, headLines } from './advisories.ts'

interface SyncOptions {
  ecosystem?: readonly string[]
  mirror?: string
  to?: string
  kev?: string
  epss?: string
  again?: boolean
}

/** Where osv.dev publishes its data. */
const USUAL_MIRROR = 'https://osv-vulnerabilities.storage.googleapis.com'

/** `towpath advisories sync`: what changed on a mirror of OSV's data since the last time, swapped in whole. */
export async function syncAdvisories({ shell }: Context, options: SyncOptions): Promise<Answer> {
  const store = options.to === undefined ? storeFolder(shell) : resolve(shell.folder, options.to)
  const head = options.again === true ? null : readStoreHead(store)
  const mirror = openMirror(
    options.mirror ?? (shell.env['TOWPATH_ADVISORIES_MIRROR'] || USUAL_MIRROR),
    (path) => resolve(shell.folder, path),
  )
  const known = Object.keys(head?.sync?.states ?? {})
  const ecosystems = [...new Set([...known, ...(options.ecosystem ?? [])])]
  await checkNames(mirror, ecosystems)
  const exploitation = await exploitationFor({ shell, store, options })
  const synced = await fetchAdvisories({ store, head, mirror, ecosystems, now: shell.now() })
  const next = await swapIn({ shell, store, head, mirror, synced, exploitation })
  return {
    page: [
      line(span('good', '✔ synced'), `  ${next.count} advisories in ${store}`),
      ...Object.entries(synced.fetched).map(([name, what]) =>
        line(span('quiet', '  fetched '), `${name}: ${what === 'all' ? 'everything' : `${what} changed`}`),
      ),
      ...headLines(next, shell.now()),
    ],
    json: { store, mirror: mirror.name, fetched: synced.fetched, advisories: next },
  }
}

/** Only asked of the mirror where it matters: a first sync, or one of a name that is new. */
async function checkNames(mirror: Mirror, ecosystems: readonly string[]): Promise<void> {
  const there = await ecosystemsOf(mirror)
  const unknown = ecosystems.filter((name) => !there.includes(name))
  if (ecosystems.length > 0 && unknown.length === 0) return
  throw new TowpathError({
    code: 'ADVISORIES_ECOSYSTEM_UNKNOWN',
    kind: 'usage',
    message:
      ecosystems.length === 0
        ? 'Nothing was synced here before, so it has to be said of which ecosystems advisories are wanted.'
        : `${mirror.name} has no advisories of ${unknown.join(', ')} that can be compared here.`,
    hint: `Nothing was fetched. It has: ${there.join(', ') || 'none'}. For example: towpath advisories sync --ecosystem crates.io --ecosystem npm`,
  })
}

/** What is joined to advisories stays as it was where no newer one is given. */
async function exploitationFor(given: {
  shell: Shell
  store: string
  options: SyncOptions
}): Promise<Exploitation> {
  const { shell, store, options } = given
  const fresh = await exploitationOf(shell.folder, options)
  const head = readStoreHead(store)
  const before = head === null ? fresh : readStoreExploitation(store, head)
  return {
    exploited: fresh.exploited ?? before.exploited,
    probabilities: fresh.probabilities ?? before.probabilities,
  }
}

async function swapIn(given: {
  shell: Shell
  store: string
  head: StoreHead | null
  mirror: Mirror
  synced: Synced
  exploitation: Exploitation
}): Promise<StoreHead> {
  const { shell, store, head, mirror, synced, exploitation } = given
  const about = { importedAt: shell.now().toISOString(), source: mirror.name }
  try {
    const places = Object.keys(synced.states).map((name) => join(synced.draft, encodeURIComponent(name)))
    const loaded = await loadAdvisories(...places.flatMap((place) => [join(place, 'all.zip'), place]))
    if (loaded.unread > 0 || loaded.count === 0) throw unreadable(mirror, loaded)
    const isSame = Object.values(synced.fetched).every((what) => what === '0')
    if (isSame && head?.digest === loaded.digest && head.sync !== undefined) {
      const next = { ...head, ...about, sync: { states: synced.states } }
      await writeHead(store, next)
      return next
    }
    return await writeStore(store, loaded, { ...about, scores: await scoresOf(loaded), exploitation, synced })
  } finally {
    await rm(synced.draft, { recursive: true, force: true })
  }
}

const unreadable = (mirror: Mirror, { unread, count, problems }: LoadedAdvisories): TowpathError =>
  new TowpathError({
    code: 'ADVISORIES_SYNC_UNREADABLE',
    kind: 'failed',
    message: `${unread} of ${unread + count} records of ${mirror.name} cannot be read: ${problems[0] ?? 'there is none'}.`,
    hint: 'The advisories before stay in use, whole. Name another mirror with --mirror, or take what can be read: towpath advisories import ARCHIVE --partial',
    detail: { problems: problems.map((message) => ({ message })) },
  })
