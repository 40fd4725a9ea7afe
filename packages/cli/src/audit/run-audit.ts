import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { audit } from '@towpath/domain/advisory/audit.ts'
import type { AuditResult } from '@towpath/domain/advisory/audit.ts'
import type { EngineReport } from '@towpath/domain/advisory/engine/engine.ts'
import { baselineRule, planBaseline } from '@towpath/domain/advisory/baseline.ts'
import type { BaselineEntry, BaselinePlan } from '@towpath/domain/advisory/baseline.ts'
import type { FailRule } from '@towpath/domain/advisory/fail-rule.ts'
import type { FindingWaiverRule } from '@towpath/domain/advisory/waiver.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Inventory, InventoryGap } from '@towpath/domain/inventory/component.ts'
import { readLockfile } from '@towpath/domain/inventory/lockfile/read-lockfile.ts'
import type { EngineRequest, Judged } from '../engine/ask-engines.ts'
import type { Shell } from '../terminal/shell.ts'
import { findLockfiles, noLockfile, readLockfileText } from './find-lockfiles.ts'
import { keepBaseline, loadBaseline } from './baseline-store.ts'
import { openAdvisories } from './open-advisories.ts'
import { waiversIn, waiversText } from './waivers-file.ts'

export interface AuditRequest {
  /** Folders and files to look through. */
  paths: readonly string[]
  /** Lockfiles named one by one: each has to be readable. */
  lockfiles: readonly string[]
  advisories: string | undefined
  rule: FailRule
  ageMaxMs: number | null
  /** To draw the line anew; null where it stays. */
  baseline: BaselineWrite | null
  shippedOnly: boolean
  /** Images that may ship what is locked: archives of `docker save`, or OCI layouts. */
  images: readonly string[]
  /** Engines of others to ask as well; null where none was named. */
  engines: EngineRequest | null
}

/** Who draws the line of what is old, and whether what is new since it was drawn is taken in. */
export interface BaselineWrite {
  owner: string
  acceptsNew: boolean
}

/** What came out, and where the advisories came from. */
export interface Audited {
  result: AuditResult
  from: string
  /** What became of the baseline; null where it stayed. */
  redrawn: BaselinePlan | null
}

/** Reads what is locked here, and judges it by the advisories at hand. Needs no network and no server. */
export async function runAudit(
  shell: Shell,
  request: AuditRequest,
): Promise<Audited & { inventories: readonly Inventory[] }> {
  const read = await readInventories(shell.folder, request)
  const lockfiles = read.map(({ file }) => file)
  const inventories = await placedIn(shell, read, request.images)
  const engines = await reportsOf(shell, request.engines, { lockfiles })
  return { ...(await judge(shell, { ...request, inventories, engines })), inventories }
}

/** What engines of others say, where any were named. */
export const reportsOf = async (
  shell: Shell,
  request: EngineRequest | null,
  judged: Judged,
): Promise<readonly EngineReport[]> =>
  request === null ? [] : (await import('../engine/ask-engines.ts')).askEngines(shell, request, judged)

/** What is locked here. Throws where there is nothing, and where a file that was named cannot be read. */
export async function readInventories(
  folder: string,
  { paths, lockfiles }: Pick<AuditRequest, 'paths' | 'lockfiles'>,
): Promise<Inventory[]> {
  const files = lockfiles.length > 0 ? lockfiles : findLockfiles(folder, paths)
  if (files.length === 0) throw noLockfile(paths)
  const { inventories, problems } = await readAll(folder, files)
  if (problems.length > 0 && (lockfiles.length > 0 || inventories.length === 0)) throw unreadable(problems)
  return [...inventories, ...problems.map(asInventory)]
}

/** What is locked, with what the images say of whether it ships. Throws IMAGE_UNREADABLE. */
async function placedIn(
  shell: Shell,
  inventories: readonly Inventory[],
  images: readonly string[],
): Promise<readonly Inventory[]> {
  if (images.length === 0) return inventories
  const { scanImages } = await import('../image/scan-image.ts')
  const { withPresence } = await import('@towpath/domain/inventory/presence.ts')
  const scanned: Inventory[][] = []
  for (const image of images)
    for (const { inventories: own } of await scanImages(shell, image)) scanned.push([...own])
  return withPresence(inventories, scanned)
}

/** Inventories, however they were read, and what they are judged by. */
export interface JudgeRequest extends Pick<
  AuditRequest,
  'advisories' | 'rule' | 'ageMaxMs' | 'baseline' | 'shippedOnly'
> {
  inventories: readonly Inventory[]
  /** What engines of others said of the same. */
  engines?: readonly EngineReport[]
  /** Name of the image they are of; absent where they are of lockfiles. */
  image?: string
}

/**
 * Judges inventories by the advisories at hand, and the waivers and the baseline of the folder: the same way for all there
 * are. Draws the line anew where that is asked for, and judges by the new one.
 */
export async function judge(shell: Shell, request: JudgeRequest): Promise<Audited> {
  const { inventories, engines = [], rule, ageMaxMs, shippedOnly, image = null } = request
  const data = await openAdvisories(shell, request.advisories)
  if (data === null) throw noAdvisories()
  const now = shell.now()
  const hasNpm = inventories.some(({ ecosystem }) => ecosystem === 'npm')
  const facts = { ...data.facts, isInRange: hasNpm ? await npmRange() : () => true }
  const waivers = await waiversOf(shell)
  const known = await loadBaseline(shell.folder, now)
  const isJudged = judgedBy(shell.folder, request)
  const judgeBy = (entries: readonly BaselineEntry[]): AuditResult => {
    const own = entries.filter(isJudged).map(baselineRule)
    const rules = [...waivers, ...own]
    return audit({ inventories, data, facts, engines, waivers: rules, rule, shippedOnly, now, ageMaxMs })
  }
  const result = judgeBy(known ?? [])
  if (request.baseline === null) return { result, from: data.from, redrawn: null }
  const { owner, acceptsNew } = request.baseline
  const takesNew = known === null || acceptsNew
  const redrawn = planBaseline({ entries: known ?? [], isJudged, result, image, owner, now, takesNew })
  await keepBaseline(shell.folder, redrawn.entries)
  return { result: judgeBy(redrawn.entries), from: data.from, redrawn }
}

/** Entries that a look is about: those of its image; or of its lockfiles, and of lockfiles that are there no more. */
function judgedBy(folder: string, { inventories, image }: JudgeRequest): (entry: BaselineEntry) => boolean {
  const files = new Set(inventories.map(({ file }) => file))
  return (entry) =>
    image === undefined
      ? entry.image === null && (files.has(entry.file) || !existsSync(join(folder, entry.file)))
      : entry.image === image
}

const npmRange = async () => (await import('@towpath/domain/advisory/npm-range.ts')).isInNpmRange

async function readAll(
  folder: string,
  files: readonly string[],
): Promise<{ inventories: Inventory[]; problems: InventoryGap[] }> {
  const inventories: Inventory[] = []
  const problems: InventoryGap[] = []
  for (const path of files) {
    const file = readLockfileText(folder, path)
    if ('problem' in file) {
      problems.push({ file: path, line: null, message: file.problem })
      continue
    }
    const reading = await readLockfile(file)
    if (reading.ok) inventories.push(reading.inventory)
    else problems.push(...reading.problems)
  }
  return { inventories, problems }
}

/** A file that was found and cannot be read keeps the audit from being clean, and the others from being lost. */
const asInventory = (problem: InventoryGap): Inventory => ({
  file: problem.file,
  ecosystem: 'crates.io',
  components: [],
  gaps: [problem],
})

/** None where there is no file. Throws WAIVERS_HAVE_PROBLEMS: what cannot be read lets nothing pass. */
const waiversOf = async (shell: Shell): Promise<FindingWaiverRule[]> =>
  waiversIn(await waiversText(shell.folder), {
    now: shell.now(),
    unchanged: 'Nothing was judged, and nothing passes by it.',
  })

function unreadable(problems: readonly InventoryGap[]): TowpathError {
  const [first] = problems
  const place = first?.line === null || first === undefined ? '' : `:${first.line}`
  return new TowpathError({
    code: 'LOCKFILE_UNREADABLE',
    kind: 'usage',
    message: `${first?.file ?? ''}${place} ${first?.message ?? ''}.`,
    hint: 'Nothing was judged: what cannot be read may hold anything. Mend the file, or name others: towpath audit --lockfile FILE',
    detail: {
      problems: problems.map(({ file, line, message }) => ({
        file,
        ...(line === null ? {} : { line }),
        message,
      })),
    },
  })
}

const noAdvisories = (): TowpathError =>
  new TowpathError({
    code: 'ADVISORIES_NOT_FOUND',
    kind: 'usage',
    message:
      'There are no advisories here to judge by: none were given, none imported, and no snapshot came along.',
    hint: 'Nothing was judged. Bring some: towpath advisories sync, or import ARCHIVE; or name them: towpath audit --advisories PATH',
  })
