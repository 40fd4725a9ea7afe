import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { isAdvisoryLine } from '@towpath/domain/advisory/advisory-lines.ts'
import { ADVISORY_BYTES_MAX } from '@towpath/domain/advisory/stored-advisories.ts'
import type { StoredAdvisories } from '@towpath/domain/advisory/stored-advisories.ts'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import { advisoriesId, advisoriesView } from '@towpath/domain/ledger/views.ts'
import { isAllowed } from '@towpath/domain/principal/principal.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { requirePermission } from '../principal/caller.ts'
import { stateOf } from '../state-of.ts'

/** Advisories as `towpath advisories send` brings them. */
export interface AdvisoryBundle extends Pick<
  StoredAdvisories,
  'newest' | 'count' | 'unread' | 'partial' | 'source'
> {
  /** Lines (`name, tab, JSON`) of each ecosystem, as one text in gzip. */
  ecosystems: ReadonlyMap<string, Uint8Array>
  /** Ids that are known to be exploited; null where no list is loaded. */
  exploited: readonly string[] | null
  /** Scores by vector. */
  scores: Readonly<Record<string, number>>
}

/** What is joined to the lines, as it is stored. */
export interface JoinedFacts {
  exploited: string[] | null
  scores: Record<string, number>
}

/** Lines that are looked at before anything else may run. */
const LINES_AT_ONCE = 2_000

/**
 * Puts advisories in the place of those before, whole or not at all. Data that is older, covers less or lost a tenth of
 * its records would hide what is known: it is refused, unless `replace` is said by an admin of every environment.
 */
export async function importAdvisories(
  installation: Installation,
  caller: Caller,
  { replace, ...bundle }: AdvisoryBundle & { replace: boolean },
): Promise<StoredAdvisories> {
  requirePermission(caller, 'bring-advisories', null)
  const read = await readBundle(bundle)
  const joined: JoinedFacts = {
    exploited: bundle.exploited === null ? null : [...new Set(bundle.exploited)].toSorted(),
    scores: { ...bundle.scores },
  }
  const joinedBytes = Buffer.from(JSON.stringify(joined))
  const { newest, count, unread, partial, source } = bundle
  const stored = await installation.store.transact(async (tx) => {
    const before = await stateOf(tx, advisoriesView, advisoriesId)
    if (before !== undefined && !replace) refuseLess(before, { ...bundle, ecosystems: read.counts })
    if (replace) requireAdminOfAll(caller)
    const parts: Record<string, string> = {}
    for (const [name, packed] of bundle.ecosystems) parts[name] = await tx.putBlob(packed)
    const next: StoredAdvisories = {
      ...{ digest: digestOf(read.texts, joinedBytes), newest, count, unread, partial, source, parts },
      ecosystems: read.counts,
      joined: await tx.putBlob(joinedBytes),
      importedAt: installation.now(),
      importedBy: caller.principal.name,
    }
    await tx.append({
      type: 'advisories.imported',
      actor: caller.principal.name,
      idem: installation.newId('advisories'),
      ...(caller.request === undefined ? {} : { request: caller.request }),
      data: { advisories: next },
    })
    // What took their place is the only data that anything is judged by from here on.
    for (const digest of blobsOf(before)) if (!blobsOf(next).includes(digest)) await tx.deleteBlob(digest)
    return next
  })
  installation.wake.ring()
  return stored
}

const blobsOf = (stored: StoredAdvisories | undefined): string[] =>
  stored === undefined ? [] : [...Object.values(stored.parts), stored.joined]

const unpack = promisify(gunzip)

/** Holds every line against its form, so that nothing later can stumble over one. Throws ADVISORIES_UNREADABLE. */
async function readBundle({ ecosystems }: Pick<AdvisoryBundle, 'ecosystems'>): Promise<{
  texts: Map<string, string>
  counts: Record<string, number>
}> {
  const texts = new Map<string, string>()
  const counts: Record<string, number> = {}
  let left = ADVISORY_BYTES_MAX
  for (const [name, packed] of [...ecosystems].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const bytes = await unpack(packed, { maxOutputLength: Math.max(1, left) }).catch((thrown: unknown) => {
      throw unreadable(name, messageOf(thrown))
    })
    left -= bytes.length
    const text = bytes.toString('utf8')
    texts.set(name, text)
    counts[name] = await checkedLines(name, text)
  }
  return { texts, counts }
}

async function checkedLines(ecosystem: string, text: string): Promise<number> {
  const lines = linesIn(text)
  for (const [at, line] of lines.entries()) {
    if (!isAdvisoryLine(line)) throw unreadable(ecosystem, `line ${at + 1} is none`)
    // A large bundle must not keep deployments waiting.
    if (at % LINES_AT_ONCE === LINES_AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve))
  }
  return lines.length
}

export const linesIn = (text: string): string[] => text.split('\n').filter((line) => line !== '')

/** Over the lines and what is joined, not over how they were packed. */
function digestOf(texts: ReadonlyMap<string, string>, joined: Uint8Array): string {
  const hash = createHash('sha256')
  for (const [name, text] of texts) hash.update(`${name}\n${text}\n`)
  return hash.update(joined).digest('hex')
}

function refuseLess(
  before: StoredAdvisories,
  { newest, count, ecosystems }: Pick<StoredAdvisories, 'newest' | 'count' | 'ecosystems'>,
): void {
  const lost = Object.keys(before.ecosystems).filter((name) => !Object.hasOwn(ecosystems, name))
  const isOlder =
    before.newest !== null && (newest === null || Date.parse(newest) < Date.parse(before.newest))
  const why = isOlder
    ? `their newest record is of ${newest ?? 'never'}, and the server's is of ${before.newest ?? ''}`
    : lost.length > 0
      ? `they have nothing of ${lost.join(', ')}, which the server has`
      : count < before.count * 0.9
        ? `they are ${count} records, and the server has ${before.count}`
        : null
  if (why === null) return
  throw new TowpathError({
    code: 'ADVISORIES_LESS',
    kind: 'conflict',
    message: `These advisories would hide what is known: ${why}.`,
    hint: 'The advisories before stay in use, whole. Bring newer ones: towpath advisories sync, then send. An admin of every environment may say: towpath advisories send --replace',
  })
}

function requireAdminOfAll({ principal }: Caller): void {
  if (isAllowed(principal, 'accept-policy', '*')) return
  throw new TowpathError({
    code: 'FORBIDDEN',
    kind: 'forbidden',
    message: `${principal.name} may not replace advisories by fewer or older ones.`,
    hint: 'It takes the role admin on all environments. Nothing was changed.',
    detail: { permission: 'accept-policy', environment: '*' },
  })
}

const unreadable = (ecosystem: string, why: string): TowpathError =>
  new TowpathError({
    code: 'ADVISORIES_UNREADABLE',
    kind: 'usage',
    message: `The advisories of ${ecosystem} cannot be read: ${why}.`,
    hint: 'The advisories before stay in use, whole. Send them with the command line of the same version: towpath advisories send',
  })
