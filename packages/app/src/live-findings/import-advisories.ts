import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { isAdvisoryLine } from '@towpath/domain/advisory/advisory-lines.ts'
import {
  ADVISORY_BYTES_MAX,
  ADVISORY_LINES_MAX,
  ADVISORY_LINE_LENGTH_MAX,
} from '@towpath/domain/advisory/stored-advisories.ts'
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

/** Letters that are looked at before anything else may run. */
const LETTERS_AT_ONCE = 512 * 1024

/** How far the clocks of two machines may be apart. */
const CLOCK_SKEW_MAX_MS = 3_600_000

/**
 * Puts advisories in the place of those before, whole or not at all: every environment is judged by them, so it takes a
 * role in every one. Data that is older, covers less or lost a tenth of its records would hide what is known: it is
 * refused, unless `replace` is said by an admin of every environment.
 */
export async function importAdvisories(
  installation: Installation,
  caller: Caller,
  { replace, ...bundle }: AdvisoryBundle & { replace: boolean },
): Promise<StoredAdvisories> {
  requirePermission(caller, 'bring-advisories', '*')
  const read = await readBundle(bundle)
  const joined: JoinedFacts = {
    exploited: bundle.exploited === null ? null : [...new Set(bundle.exploited)].toSorted(),
    scores: { ...bundle.scores },
  }
  const joinedBytes = Buffer.from(JSON.stringify(joined))
  const { newest, count, unread, partial, source } = bundle
  const stored = await installation.store.transact(async (tx) => {
    const before = await stateOf(tx, advisoriesView, advisoriesId)
    const exploited = joined.exploited?.length ?? null
    if (replace) requireAdminOfAll(caller)
    else refuseLess(before, { ...bundle, exploited, ecosystems: read.counts }, installation.now())
    const parts: Record<string, string> = {}
    for (const [name, packed] of bundle.ecosystems) parts[name] = await tx.putBlob(packed)
    const next: StoredAdvisories = {
      ...{ digest: digestOf(read.texts, joinedBytes), newest, count, unread, partial, source, parts },
      ...{ ecosystems: read.counts, exploited },
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
  let lines = 0
  let pausedAt = 0
  // Never all lines at once before they are counted: of what packs small, line ends alone would fill the memory.
  for (let from = 0, end = 0; from < text.length; from = end + 1) {
    const found = text.indexOf('\n', from)
    end = found === -1 ? text.length : found
    lines += 1
    if (lines > ADVISORY_LINES_MAX)
      throw unreadable(ecosystem, `they have more than ${ADVISORY_LINES_MAX} lines`)
    if (end - from > ADVISORY_LINE_LENGTH_MAX)
      throw unreadable(ecosystem, `line ${lines} has more than ${ADVISORY_LINE_LENGTH_MAX} letters`)
    if (!isAdvisoryLine(text.slice(from, end))) throw unreadable(ecosystem, `line ${lines} is none`)
    if (end - pausedAt < LETTERS_AT_ONCE) continue
    pausedAt = end
    // A large bundle must not keep deployments waiting.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return lines
}

export const linesIn = (text: string): string[] => text.split('\n').filter((line) => line !== '')

/** Over the lines and what is joined, not over how they were packed. */
function digestOf(texts: ReadonlyMap<string, string>, joined: Uint8Array): string {
  const hash = createHash('sha256')
  for (const [name, text] of texts) hash.update(`${name}\n${text}\n`)
  return hash.update(joined).digest('hex')
}

type Extent = Pick<StoredAdvisories, 'newest' | 'count' | 'ecosystems' | 'exploited'>

function refuseLess(before: Extent | undefined, next: Extent, now: string): void {
  const why = yetToCome(next, now) ?? (before === undefined ? null : whyLess(before, next))
  if (why === null) return
  throw new TowpathError({
    code: 'ADVISORIES_LESS',
    kind: 'conflict',
    message: `These advisories would hide what is known: ${why}.`,
    hint: 'Nothing was changed: what the server had stays in use, whole. Bring newer ones: towpath advisories sync, then send. An admin of every environment may say: towpath advisories send --replace',
  })
}

/** Of such a date nobody could tell how old they are, and all that comes later would be older. */
const yetToCome = ({ newest }: Extent, now: string): string | null =>
  newest !== null && Date.parse(newest) > Date.parse(now) + CLOCK_SKEW_MAX_MS
    ? `their newest record is of ${newest}, which is yet to come`
    : null

function whyLess(before: Extent, { newest, count, ecosystems, exploited }: Extent): string | null {
  if (before.newest !== null && (newest === null || Date.parse(newest) < Date.parse(before.newest)))
    return `their newest record is of ${newest ?? 'never'}, and the server's is of ${before.newest}`
  const lost = Object.keys(before.ecosystems).filter((name) => !Object.hasOwn(ecosystems, name))
  if (lost.length > 0) return `they have nothing of ${lost.join(', ')}, which the server has`
  if (count < before.count * KEPT_MIN) return `they are ${count} records, and the server has ${before.count}`
  return fewerLines(before, ecosystems) ?? fewerExploited(before, exploited ?? 0)
}

/** Lines are counted here, whatever the bundle says of itself. */
function fewerLines(before: Extent, ecosystems: Extent['ecosystems']): string | null {
  for (const [name, had] of Object.entries(before.ecosystems)) {
    const has = ecosystems[name] ?? 0
    if (has < had * KEPT_MIN && (has === 0 || had - has > FEW_LINES))
      return `they have ${has} lines of ${name}, and the server has ${had}`
  }
  return null
}

const fewerExploited = ({ exploited: known }: Extent, named: number): string | null =>
  named < (known ?? 0) * KEPT_MIN
    ? `they name ${named} that are known to be exploited, and the server has ${known}: sync with --kev`
    : null

/** Part of what was there that may not be missing. */
const KEPT_MIN = 0.9
/** Of an ecosystem that has few, some may be withdrawn in one day. */
const FEW_LINES = 10

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
