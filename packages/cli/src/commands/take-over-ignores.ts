import { join, resolve } from 'node:path'
import { readIgnores } from '@towpath/domain/advisory/read-ignores.ts'
import type { Ignored } from '@towpath/domain/advisory/read-ignores.ts'
import { holdsOn, lastWaiverDay } from '@towpath/domain/advisory/waiver.ts'
import type { FindingWaiverRule } from '@towpath/domain/advisory/waiver.ts'
import { editYaml } from '@towpath/domain/config/edit-yaml.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { compareText } from '@towpath/domain/version/order.ts'
import { readNamedFile } from '../audit/advisory-store.ts'
import { waiversFile, waiversIn, waiversText } from '../audit/waivers-file.ts'
import type { Answer } from '../outcome/answer.ts'
import { line, span } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'
import { replaceFile } from '../terminal/replace-file.ts'

interface TakeOverOptions {
  owner: string
  expires?: string
}

/**
 * `towpath advisories waivers FILE...`: what other tools ignore becomes waivers with an owner and an end. An end of
 * theirs stays where it comes first; one that is over, or an advisory that is waived already, is left out and told.
 */
export async function takeOverIgnores(
  { shell }: Context,
  files: string[],
  options: TakeOverOptions,
): Promise<Answer> {
  const now = shell.now()
  const unchanged = 'Nothing was taken over.'
  const end = options.expires ?? lastWaiverDay(now)
  const ignored = await Promise.all(files.map((file) => ignoresOf(shell.folder, file)))
  const place = join(shell.folder, waiversFile)
  const before = await waiversText(shell.folder)
  const existing = await waiversIn(before, { now, unchanged })
  const today = now.toISOString().slice(0, 10)
  const known = new Set(existing.filter((rule) => letsAllPass(rule, today)).map(({ advisory }) => advisory))
  const fresh = new Map(
    ignored
      .flat()
      .filter(({ advisory, expires }) => !known.has(advisory) && (expires === null || expires >= today))
      .map((entry) => waiverOf(entry, { owner: options.owner, end }))
      // Of one advisory that several files ignore, the end that comes first is kept.
      .toSorted((a, b) => compareText(b.expires, a.expires))
      .map((entry) => [entry.advisory, entry]),
  )
  const after = withWaivers(before, [...fresh.values()], existing.length)
  await waiversIn(after, { now, unchanged })
  if (after !== '') await replaceFile(place, after)
  const left = ignored.flat().length - fresh.size
  return {
    page: [
      line(span('good', `✔ ${fresh.size} taken over`), `  into ${waiversFile}, owned by ${options.owner}`),
      ...(left === 0 ? [] : [line(`  ${left} left out: waived already, or over`)]),
    ],
    json: { file: waiversFile, taken: [...fresh.values()], left },
  }
}

async function ignoresOf(folder: string, file: string): Promise<(Ignored & { from: string })[]> {
  const read = readIgnores(
    file.replaceAll('\\', '/'),
    (await readNamedFile(resolve(folder, file))).toString('utf8'),
  )
  if (typeof read !== 'string') return read.map((entry) => ({ ...entry, from: file }))
  throw new TowpathError({
    code: 'IGNORES_UNREADABLE',
    kind: 'usage',
    message: `${file} ${read}.`,
    hint: 'Nothing was taken over. See: towpath advisories waivers --help',
  })
}

interface TakenOver {
  advisory: string
  owner: string
  reason: string
  expires: string
}

const waiverOf = (
  { advisory, reason, expires, from }: Ignored & { from: string },
  { owner, end }: { owner: string; end: string },
): TakenOver => ({
  advisory,
  owner,
  reason: reason ?? `taken over from ${from}, which gives no reason`,
  expires: expires !== null && expires < end ? expires : end,
})

/** Whether a waiver does what an ignore of another tool does: it holds today, and for every package and file. */
const letsAllPass = (rule: FindingWaiverRule, today: string): boolean =>
  rule.package === null && rule.file === null && rule.status !== 'under_investigation' && holdsOn(today, rule)

function withWaivers(text: string, waivers: readonly object[], known: number): string {
  if (waivers.length === 0) return text
  if (known === 0) return editYaml(text, [{ path: ['waivers'], value: waivers }])
  return editYaml(
    text,
    waivers.map((value, at) => ({ path: ['waivers', known + at], value })),
  )
}
