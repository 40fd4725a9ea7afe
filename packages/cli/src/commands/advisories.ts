import { gunzipSync } from 'node:zlib'
import { basename, resolve } from 'node:path'
import { readEpssTable, readKevCatalogue } from '@towpath/domain/advisory/read-exploitation.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { readNamedFile, writeStore } from '../audit/advisory-store.ts'
import type { Exploitation, StoreHead } from '../audit/advisory-store.ts'
import { loadAdvisories, scoresOf } from '../audit/load-advisories.ts'
import type { LoadedAdvisories } from '../audit/load-advisories.ts'
import { openAdvisories, storeFolder } from '../audit/open-advisories.ts'
import type { Answer } from '../outcome/answer.ts'
import { exitCodes } from '../outcome/exit-code.ts'
import { docsOf } from '../outcome/failure.ts'
import { line, span } from '../screen/line.ts'
import type { Line } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'

interface ImportOptions {
  to?: string
  kev?: string
  epss?: string
  partial?: boolean
}

/** `towpath advisories import ARCHIVE`: OSV records become the advisories that audits use, swapped in whole. */
export async function importAdvisories(
  { shell }: Context,
  archive: string,
  options: ImportOptions,
): Promise<Answer> {
  const loaded = await loadAdvisories(resolve(shell.folder, archive))
  if (loaded.count === 0) throw nothingRead(archive, loaded)
  if (loaded.unread > 0 && options.partial !== true) throw partlyRead(archive, loaded)
  const store = options.to === undefined ? storeFolder(shell) : resolve(shell.folder, options.to)
  const head = await writeStore(store, loaded, {
    importedAt: shell.now().toISOString(),
    source: basename(archive),
    scores: await scoresOf(loaded),
    exploitation: await exploitationOf(shell.folder, options),
  })
  return {
    page: [
      line(span('good', '✔ imported'), `  ${head.count} advisories into ${store}`),
      ...headLines(head, shell.now()),
    ],
    json: { store, advisories: head },
  }
}

/** `towpath advisories status`: which advisories an audit here would use. */
export async function showAdvisories(
  context: Context,
  { advisories }: { advisories?: string },
): Promise<Answer> {
  const { shell } = context
  const open = await openAdvisories(shell, advisories)
  if (open === null)
    return {
      page: [line('There are no advisories here.')],
      json: { advisories: null },
      exit: exitCodes.failed,
      failure: {
        code: 'ADVISORIES_NOT_FOUND',
        title: 'There are no advisories here.',
        detail: {},
        hint: 'Nothing was changed. Bring some: towpath advisories import ARCHIVE',
        docs: docsOf('ADVISORIES_NOT_FOUND'),
      },
    }
  const { digest, newest, count, unread, ecosystems, partial, from, synced } = open
  return {
    page: [
      line(span('strong', `${count} advisories`), `  ${from}`),
      ...headLines(open, shell.now()),
      ...(synced === null ? [] : [syncedLine(synced, shell.now())]),
    ],
    json: { advisories: { digest, newest, count, unread, ecosystems, partial, from, synced } },
  }
}

type Told = Pick<StoreHead, 'newest' | 'ecosystems' | 'partial' | 'digest' | 'unread'>

export function headLines({ newest, ecosystems, partial, digest, unread }: Told, now: Date): Line[] {
  const told = Object.entries(ecosystems).map(([name, count]) => ({ name, text: `${name} (${count})` }))
  const [covered, inPart] = [false, true].map((isPart) =>
    told
      .filter(({ name }) => partial.includes(name) === isPart)
      .map(({ text }) => text)
      .join(', '),
  )
  return [
    line(
      span('quiet', '  newest  '),
      newest === null ? 'none' : `${newest.slice(0, 10)}, ${ageText(newest, now)}`,
    ),
    line(span('quiet', '  covers  '), `${covered || 'nothing'}; nothing else`),
    ...(inPart === '' ? [] : [line(span('warning', '▲ '), `only in part, so not covered: ${inPart}`)]),
    line(span('quiet', '  digest  '), digest),
    ...(unread === 0 ? [] : [line(span('warning', `▲ ${unread} records could not be read`))]),
  ]
}

/** When the data was last held against its mirror, which may have had nothing newer. */
const syncedLine = ({ at, mirror }: { at: string; mirror: string }, now: Date): Line =>
  line(
    span('quiet', '  synced  '),
    `${at.slice(0, 16).replace('T', ' ')} UTC, ${ageText(at, now)}, from ${mirror}`,
  )

const ageText = (at: string, now: Date): string => {
  const days = Math.floor((now.getTime() - Date.parse(at)) / 86_400_000)
  if (days < 0) return 'yet to come'
  return days === 1 ? '1 day old' : `${days} days old`
}

export async function exploitationOf(folder: string, { kev, epss }: ImportOptions): Promise<Exploitation> {
  return {
    exploited: kev === undefined ? null : kevFrom(kev, await textOf(folder, kev)),
    probabilities: epss === undefined ? null : Object.fromEntries(epssFrom(epss, await textOf(folder, epss))),
  }
}

async function textOf(folder: string, path: string): Promise<string> {
  const bytes = await readNamedFile(resolve(folder, path))
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b
  return (isGzip ? gunzipSync(bytes, { maxOutputLength: 512 * 1024 * 1024 }) : bytes).toString('utf8')
}

function kevFrom(path: string, text: string): string[] {
  let ids: string[] | null
  try {
    ids = readKevCatalogue(JSON.parse(text))
  } catch {
    ids = null
  }
  if (ids !== null) return ids
  throw joinedUnreadable(`${path} is not CISA's catalogue of known exploited vulnerabilities in JSON`)
}

function epssFrom(path: string, text: string): Map<string, number> {
  const read = readEpssTable(text)
  if (read instanceof Map) return read
  throw joinedUnreadable(`${path}:${read.line} is no row "cve,epss,percentile" of EPSS`)
}

const joinedUnreadable = (what: string): TowpathError =>
  new TowpathError({
    code: 'EXPLOITATION_UNREADABLE',
    kind: 'usage',
    message: `${what}.`,
    hint: 'Nothing was imported; the advisories before stay in use. See: towpath advisories import --help',
  })

const nothingRead = (archive: string, { unread, problems }: LoadedAdvisories): TowpathError =>
  new TowpathError({
    code: 'ADVISORIES_EMPTY',
    kind: 'usage',
    message: `${archive} holds no OSV record${unread === 0 ? '' : `; ${unread} JSON files are none`}.`,
    hint: 'Nothing was imported; the advisories before stay in use. Give a folder or archive of OSV JSON files.',
    detail: { problems: problems.map((message) => ({ message })) },
  })

const partlyRead = (archive: string, { unread, count, problems }: LoadedAdvisories): TowpathError =>
  new TowpathError({
    code: 'ADVISORIES_PARTLY_UNREADABLE',
    kind: 'usage',
    message: `${unread} of ${unread + count} records of ${archive} cannot be read: ${problems[0] ?? ''}.`,
    hint: 'Nothing was imported; the advisories before stay in use. To take the rest, which leaves every audit unknown: towpath advisories import ARCHIVE --partial',
    detail: { problems: problems.map((message) => ({ message })) },
  })
