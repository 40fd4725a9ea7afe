import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { advisedAs, indexLines } from '@towpath/domain/advisory/advisory-lines.ts'
import type { AdvisoryIndex } from '@towpath/domain/advisory/advisory-lines.ts'
import { ADVISORY_BYTES_MAX } from '@towpath/domain/advisory/stored-advisories.ts'
import type { StoredAdvisories } from '@towpath/domain/advisory/stored-advisories.ts'
import { changedPackages } from '@towpath/domain/live-findings/match-release.ts'
import type { ChangedPackages, MatchData } from '@towpath/domain/live-findings/match-release.ts'
import type { Installation } from '../installation.ts'
import { missingInputs } from '../release/snapshot.ts'
import { linesIn } from './import-advisories.ts'
import type { JoinedFacts } from './import-advisories.ts'

/** Advisories of some ecosystems, open; the others stay where they are stored. */
export interface OpenData extends MatchData {
  /** Packages that other data than these says something else of; null where all of it may be otherwise. */
  changedSince: (digest: string) => ChangedPackages | null
}

interface Kept {
  digest: string
  lines: Map<string, readonly string[]>
  indexes: Map<string, AdvisoryIndex>
  joined: JoinedFacts
}

/** What was opened last, and what before it: what changed between them need not be looked for everywhere. */
const opened = new WeakMap<Installation, { current: Kept; before: Kept | null }>()

/** Opens what the server holds, as far as these ecosystems need it. */
export async function openData(
  installation: Installation,
  { stored, ecosystems }: { stored: StoredAdvisories; ecosystems: ReadonlySet<string> },
): Promise<OpenData> {
  const { current, before } = await keptFor(installation, stored)
  const wanted = [...ecosystems].flatMap(advisedAs).filter((name) => Object.hasOwn(stored.parts, name))
  for (const name of wanted) {
    if (current.lines.has(name)) continue
    const lines = linesIn(await textIn(installation, stored.parts[name] ?? ''))
    current.lines.set(name, lines)
    current.indexes.set(name, indexLines(name, lines))
  }
  const { exploited, scores } = current.joined
  const { digest, newest, count, unread } = stored
  // Asked of every release that is kept, and the same for each.
  let changed: ChangedPackages | null | undefined
  return {
    ...{ digest, newest, count, unread, ecosystems: stored.ecosystems, partial: stored.partial },
    index: (name) => current.indexes.get(name) ?? indexLines(name, []),
    facts: {
      score: (vector) => (Object.hasOwn(scores, vector) ? (scores[vector] ?? null) : null),
      exploited: exploited === null ? null : new Set(exploited),
      probabilities: null,
      // How a lockfile would be bumped is told by an audit of it, not here.
      isInRange: () => true,
    },
    changedSince: (other) => {
      if (before?.digest !== other) return null
      changed ??= changedBetween(before, current)
      return changed
    },
  }
}

async function keptFor(
  installation: Installation,
  { digest, joined }: StoredAdvisories,
): Promise<{ current: Kept; before: Kept | null }> {
  const known = opened.get(installation)
  if (known?.current.digest === digest) return known
  const bytes = await installation.store.getBlob(joined)
  if (bytes === undefined) throw missingInputs(joined)
  const facts = JSON.parse(bytes.toString('utf8')) as JoinedFacts
  const current: Kept = { digest, lines: new Map(), indexes: new Map(), joined: facts }
  // Of what was before only the lines are compared.
  const before = known === undefined ? null : { ...known.current, indexes: new Map() }
  const next = { current, before }
  opened.set(installation, next)
  return next
}

/** Where what is joined changed, any finding may be otherwise. */
function changedBetween(before: Kept, current: Kept): ChangedPackages | null {
  if (JSON.stringify(before.joined.exploited) !== JSON.stringify(current.joined.exploited)) return null
  return changedPackages(before.lines, current.lines)
}

const unpack = promisify(gunzip)

async function textIn({ store }: Installation, digest: string): Promise<string> {
  const packed = await store.getBlob(digest)
  if (packed === undefined) throw missingInputs(digest)
  return (await unpack(packed, { maxOutputLength: ADVISORY_BYTES_MAX })).toString('utf8')
}
