import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { openVexOf } from '@towpath/domain/advisory/openvex.ts'
import { holdsOn, lastWaiverDay } from '@towpath/domain/advisory/waiver.ts'
import type { FindingWaiverRule, VexStatus } from '@towpath/domain/advisory/waiver.ts'
import { editYaml } from '@towpath/domain/config/edit-yaml.ts'
import { parseDuration } from '@towpath/domain/config/duration.ts'
import { deliver } from '../audit/report/answer-audit.ts'
import { waiversFile, waiversIn, waiversText } from '../audit/waivers-file.ts'
import type { Answer } from '../outcome/answer.ts'
import { version as toolVersion } from '../program/version.ts'
import { line, span } from '../screen/line.ts'
import { tableLines } from '../screen/table.ts'
import type { Context } from '../terminal/context.ts'
import { replaceFile } from '../terminal/replace-file.ts'
import { columnsOf } from '../terminal/shell.ts'
import { ownerIn } from './waive.ts'

interface AddOptions {
  package?: string
  file?: string
  owner?: string
  reason: string
  expires?: string
  status: VexStatus
}

/**
 * `towpath waivers add ADVISORY --reason WHY`: one more entry of the file, or the same one written anew; comments and
 * everything else stay. What would not be read back is not written.
 */
export async function addWaiver(context: Context, advisory: string, options: AddOptions): Promise<Answer> {
  const { shell } = context
  const now = shell.now()
  const waiver = {
    advisory,
    ...(options.package === undefined ? {} : { package: options.package }),
    ...(options.file === undefined ? {} : { file: options.file }),
    owner: options.owner ?? ownerIn(shell.env),
    reason: options.reason,
    expires: lastDay(options.expires, now),
    status: options.status,
  }
  const unchanged = 'Nothing was written.'
  const before = await waiversText(shell.folder)
  const known = await waiversIn(before, { now, unchanged })
  const same = known.findIndex((one) => isSameScope(one, waiver))
  const after =
    known.length === 0
      ? editYaml(before, [{ path: ['waivers'], value: [waiver] }])
      : editYaml(before, [{ path: ['waivers', same === -1 ? known.length : same], value: waiver }])
  await waiversIn(after, { now, unchanged })
  await replaceFile(join(shell.folder, waiversFile), after)
  return {
    page: [
      line(
        span('warning', same === -1 ? '▲ waived' : '▲ waived anew'),
        `  ${advisory}${options.package === undefined ? '' : ` in ${options.package}`} until ${waiver.expires}`,
      ),
      line(span('quiet', `  ${waiver.owner} answers for it: ${waiver.reason}`)),
      line(`  In ${waiversFile}: commit it, and audit again.`),
    ],
    json: { file: waiversFile, waiver, replaced: same !== -1 },
    next: ['towpath audit'],
  }
}

const isSameScope = (
  one: FindingWaiverRule,
  other: { advisory: string; package?: string; file?: string },
): boolean =>
  one.advisory === other.advisory &&
  one.package === (other.package ?? null) &&
  one.file === (other.file ?? null)

/** A day as written, or counted from today; the file's own rules say whether it may be. */
function lastDay(text: string | undefined, now: Date): string {
  if (text === undefined) return lastWaiverDay(now)
  const ms = parseDuration(text)
  return ms === null ? text : new Date(now.getTime() + ms).toISOString().slice(0, 10)
}

/** `towpath waivers list`. */
export async function listWaivers({ shell }: Context): Promise<Answer> {
  const waivers = await waiversIn(await waiversText(shell.folder), {
    now: shell.now(),
    unchanged: 'Nothing passes by it.',
  })
  const today = shell.now().toISOString().slice(0, 10)
  const rows = waivers.map((one) => [
    span('strong', one.advisory),
    span(null, one.package ?? 'any'),
    !holdsOn(today, one) ? span('bad', `over since ${one.expires}`) : span(null, one.expires),
    span(null, one.status),
    span(null, one.owner),
    span('quiet', one.reason),
  ])
  return {
    page:
      rows.length === 0
        ? [line(`${waiversFile} lets nothing pass.`)]
        : tableLines(
            { head: ['advisory', 'package', 'until', 'status', 'owner', 'reason'], rows },
            columnsOf(shell.stdout),
          ),
    json: { file: waiversFile, waivers: waivers.map((one) => ({ ...one, isOver: !holdsOn(today, one) })) },
  }
}

/** `towpath waivers vex --product IRI`: what holds, for whoever reads OpenVEX. */
export async function writeVex(
  context: Context,
  { product, author, output }: { product: string; author?: string; output?: string },
): Promise<Answer> {
  const { shell } = context
  const now = shell.now()
  const text = await waiversText(shell.folder)
  const waivers = await waiversIn(text, { now, unchanged: 'Nothing was written.' })
  const digest = createHash('sha256').update(`${product}\n${text}`).digest('hex')
  const vex = openVexOf(waivers, {
    product,
    author: author ?? ownerIn(shell.env),
    toolVersion,
    now: now.toISOString(),
    id: `https://openvex.dev/docs/public/vex-${digest}`,
  })
  await deliver(context, `${JSON.stringify(vex, null, 2)}\n`, output)
  return { page: [], json: {}, silent: true }
}
