import { audit } from '@towpath/domain/advisory/audit.ts'
import type { AuditResult } from '@towpath/domain/advisory/audit.ts'
import type { FailRule } from '@towpath/domain/advisory/fail-rule.ts'
import type { FindingWaiverRule } from '@towpath/domain/advisory/waiver.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Inventory, InventoryGap } from '@towpath/domain/inventory/component.ts'
import { readLockfile } from '@towpath/domain/inventory/lockfile/read-lockfile.ts'
import type { Shell } from '../terminal/shell.ts'
import { findLockfiles, noLockfile, readLockfileText } from './find-lockfiles.ts'
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
}

/** What came out, and where the advisories came from. */
export interface Audited {
  result: AuditResult
  from: string
}

/** Reads what is locked here, and judges it by the advisories at hand. Needs no network and no server. */
export async function runAudit(shell: Shell, request: AuditRequest): Promise<Audited> {
  return judge(shell, { ...request, inventories: await readInventories(shell.folder, request) })
}

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

/** Inventories, however they were read, and what they are judged by. */
export interface JudgeRequest extends Pick<AuditRequest, 'advisories' | 'rule' | 'ageMaxMs'> {
  inventories: readonly Inventory[]
}

/** Judges inventories by the advisories at hand and the waivers of the folder: the same way for all there are. */
export async function judge(
  shell: Shell,
  { inventories, advisories, rule, ageMaxMs }: JudgeRequest,
): Promise<Audited> {
  const data = await openAdvisories(shell, advisories)
  if (data === null) throw noAdvisories()
  const now = shell.now()
  const hasNpm = inventories.some(({ ecosystem }) => ecosystem === 'npm')
  const result = audit({
    inventories,
    data,
    facts: { ...data.facts, isInRange: hasNpm ? await npmRange() : () => true },
    waivers: await waiversOf(shell),
    rule,
    now,
    ageMaxMs,
  })
  return { result, from: data.from }
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
