import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { baselineSchedule } from '@towpath/domain/advisory/baseline.ts'
import type { BaselinePlan } from '@towpath/domain/advisory/baseline.ts'
import type { FailRule } from '@towpath/domain/advisory/fail-rule.ts'
import { parseDuration } from '@towpath/domain/config/duration.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { version } from '../../program/version.ts'
import type { auditFormats } from '../../program/evidence.ts'
import { documentOf } from '../../outcome/answer.ts'
import type { Answer } from '../../outcome/answer.ts'
import { exitCodes } from '../../outcome/exit-code.ts'
import { docsOf } from '../../outcome/failure.ts'
import type { Failure } from '../../outcome/failure.ts'
import { line } from '../../screen/line.ts'
import type { Context } from '../../terminal/context.ts'
import type { EngineRequest } from '../../engine/ask-engines.ts'
import type { Audited, BaselineWrite } from '../run-audit.ts'

/** Options of every command that judges what something is made of. */
export interface JudgeOptions {
  advisories?: string
  offline?: boolean
  failOn: FailRule
  format: (typeof auditFormats)[number]
  output?: string
  maxAge: string
  baseline?: boolean
  acceptNew?: boolean
  owner?: string
  shippedOnly?: boolean
  engine?: string[]
  engineNetwork?: boolean
}

/** A result, and how it is told. */
export interface Judged extends Audited {
  command: 'audit' | 'scan IMAGE'
  /** Of what the packages are, for people; null where they are of lockfiles. */
  of: string | null
  /** Beside the result in the document. */
  more: Readonly<Record<string, unknown>>
}

export const ageMaxOf = ({ offline, maxAge: text }: JudgeOptions): number | null =>
  offline === true ? null : maxAge(text)

const ENGINE_DEADLINE_MS = 10 * 60_000

/** Engines of others that the options name; null where they name none. Throws ENGINE_UNKNOWN, ENGINE_NOT_PINNED. */
export async function engineRequestOf({
  engine: named = [],
  engineNetwork,
}: JudgeOptions): Promise<EngineRequest | null> {
  if (named.length === 0) return null
  const { pinnedEngine } = await import('../../engine/engine-option.ts')
  return {
    engines: named.map(pinnedEngine),
    usesNetwork: engineNetwork === true,
    deadlineMs: ENGINE_DEADLINE_MS,
  }
}

/** Who draws the line of what is old, where the options ask for it. Throws OWNER_UNKNOWN. */
export async function baselineWriteOf(
  { shell }: Context,
  options: JudgeOptions,
): Promise<BaselineWrite | null> {
  if (options.baseline !== true) return null
  const { ownerIn } = await import('../../commands/waive.ts')
  return { owner: options.owner ?? ownerIn(shell.env), acceptsNew: options.acceptNew === true }
}

/** The answer in the form that was asked for: a page, a document, or a report to stdout or a file. */
export async function answerAudit(
  context: Context,
  options: Pick<JudgeOptions, 'format' | 'output'>,
  audited: Judged,
): Promise<Answer> {
  const answer: Answer = {
    page: [],
    json: documentFor(audited),
    ...(audited.result.isFailure ? { failure: await failureFor(audited), exit: exitCodes.failed } : {}),
  }
  const format = context.json ? 'json' : options.format
  if (format === 'table' && options.output === undefined) {
    const { auditPage } = await import('./audit-page.ts')
    return { ...answer, page: auditPage(audited) }
  }
  if (context.json && options.output === undefined) return answer
  await deliver(context, await reportIn(format, { audited, answer }), options.output)
  return { ...answer, page: [], silent: true }
}

function maxAge(text: string): number {
  const ageMs = parseDuration(text)
  if (ageMs !== null) return ageMs
  throw new TowpathError({
    code: 'MAX_AGE_UNREADABLE',
    kind: 'usage',
    message: `--max-age ${text} is no duration.`,
    hint: 'Nothing was judged. Write it as 48h or 7d.',
  })
}

const documentFor = ({ result, from, more, command, redrawn }: Judged): Record<string, unknown> => {
  const { isFailure: _isFailure, advisories, ...told } = result
  return {
    // What `evidence add` knows it by.
    kind: command === 'audit' ? 'audit' : 'scan',
    tool: { name: 'towpath', version },
    ...more,
    ...told,
    advisories: { ...advisories, from },
    baseline: { schedule: baselineSchedule(result.findings), change: redrawn && changeOf(redrawn) },
  }
}

const changeOf = ({ added, gone, left }: BaselinePlan): object => ({ added, gone, left })

async function reportIn(
  format: JudgeOptions['format'],
  { audited, answer }: { audited: Judged; answer: Answer },
): Promise<string> {
  switch (format) {
    case 'json':
      return `${JSON.stringify(documentOf(answer))}\n`
    case 'sarif':
      return `${JSON.stringify((await import('./sarif.ts')).sarifOf(audited.result), null, 2)}\n`
    case 'junit':
      return (await import('./junit.ts')).junitOf(audited.result)
    case 'github':
      return (await import('./github-lines.ts')).githubLines(audited.result)
    case 'table': {
      const { auditPage } = await import('./audit-page.ts')
      const { renderPage, unpainted } = await import('../../screen/line.ts')
      return renderPage(auditPage(audited), { columns: null, paint: unpainted })
    }
  }
}

/** To the file that was named, else to stdout; beside it one line that says how it went. */
export async function deliver(context: Context, text: string, output: string | undefined): Promise<void> {
  const { shell } = context
  if (output === undefined) {
    if (!shell.stdout.write(text)) await once(shell.stdout, 'drain')
    return
  }
  await writeFile(resolve(shell.folder, output), text)
  context.aside([line(`Written to ${output}.`)])
}

async function failureFor({ result, command }: Judged): Promise<Failure> {
  const { countText } = await import('./audit-page.ts')
  const { counted, unknowns, rule } = result
  if (counted === 0)
    return {
      code: 'AUDIT_UNKNOWN',
      title: `Nothing counts, but ${unknowns.length === 1 ? 'one thing' : `${unknowns.length} things`} could not be judged.`,
      detail: {},
      hint: `Unknown is not clean. Bring what is missing: towpath advisories sync, or import ARCHIVE; or look anyway: towpath ${command} --fail-on none`,
      docs: docsOf('AUDIT_UNKNOWN'),
    }
  return {
    code: 'AUDIT_HAS_FINDINGS',
    title: `${countText(result)}; ${counted} count under --fail-on ${rule}.`,
    detail: {},
    hint: 'Nothing was changed. Bump what can be bumped, or let it pass for a while, with an owner and a reason: towpath waivers add',
    docs: docsOf('AUDIT_HAS_FINDINGS'),
  }
}
