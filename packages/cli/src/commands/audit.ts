import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { AuditResult } from '@towpath/domain/advisory/audit.ts'
import type { FailRule } from '@towpath/domain/advisory/fail-rule.ts'
import { parseDuration } from '@towpath/domain/config/duration.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { runAudit } from '../audit/run-audit.ts'
import type { auditFormats } from '../program/evidence.ts'
import { documentOf } from '../outcome/answer.ts'
import type { Answer } from '../outcome/answer.ts'
import { exitCodes } from '../outcome/exit-code.ts'
import { docsOf } from '../outcome/failure.ts'
import type { Failure } from '../outcome/failure.ts'
import { line } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'

interface AuditOptions {
  lockfile?: string[]
  advisories?: string
  offline?: boolean
  failOn: FailRule
  format: (typeof auditFormats)[number]
  output?: string
  maxAge: string
}

/** `towpath audit [paths]`: what is known against what is locked here. Ends with 1 on findings, and on what is unknown. */
export async function auditLockfiles(
  context: Context,
  paths: string[],
  options: AuditOptions,
): Promise<Answer> {
  const { shell } = context
  const audited = await runAudit(shell, {
    paths: paths.length === 0 ? ['.'] : paths,
    lockfiles: options.lockfile ?? [],
    advisories: options.advisories,
    rule: options.failOn,
    ageMaxMs: options.offline === true ? null : maxAge(options.maxAge),
  })
  const { result } = audited
  const answer: Answer = {
    page: [],
    json: documentFor(audited),
    ...(result.isFailure ? { failure: await failureFor(result), exit: exitCodes.failed } : {}),
  }
  const format = context.json ? 'json' : options.format
  if (format === 'table' && options.output === undefined) {
    const { auditPage } = await import('../audit/report/audit-page.ts')
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

type Audited = Awaited<ReturnType<typeof runAudit>>

const documentFor = ({ result, from }: Audited): Record<string, unknown> => {
  const { isFailure: _isFailure, advisories, ...told } = result
  return { ...told, advisories: { ...advisories, from } }
}

async function reportIn(
  format: AuditOptions['format'],
  { audited, answer }: { audited: Audited; answer: Answer },
): Promise<string> {
  switch (format) {
    case 'json':
      return `${JSON.stringify(documentOf(answer))}\n`
    case 'sarif':
      return `${JSON.stringify((await import('../audit/report/sarif.ts')).sarifOf(audited.result), null, 2)}\n`
    case 'junit':
      return (await import('../audit/report/junit.ts')).junitOf(audited.result)
    case 'github':
      return (await import('../audit/report/github-lines.ts')).githubLines(audited.result)
    case 'table': {
      const { auditPage } = await import('../audit/report/audit-page.ts')
      const { renderPage, unpainted } = await import('../screen/line.ts')
      return renderPage(auditPage(audited), { columns: null, paint: unpainted })
    }
  }
}

/** To the file that was named, else to stdout; beside it one line that says how it went. */
async function deliver(context: Context, text: string, output: string | undefined): Promise<void> {
  const { shell } = context
  if (output === undefined) {
    if (!shell.stdout.write(text)) await once(shell.stdout, 'drain')
    return
  }
  await writeFile(resolve(shell.folder, output), text)
  context.aside([line(`Written to ${output}.`)])
}

async function failureFor(result: AuditResult): Promise<Failure> {
  const { countText } = await import('../audit/report/audit-page.ts')
  const { counted, unknowns, rule } = result
  if (counted === 0)
    return {
      code: 'AUDIT_UNKNOWN',
      title: `Nothing counts, but ${unknowns.length === 1 ? 'one thing' : `${unknowns.length} things`} could not be judged.`,
      detail: {},
      hint: 'Unknown is not clean. Bring what is missing: towpath advisories import ARCHIVE; or look anyway: towpath audit --fail-on none',
      docs: docsOf('AUDIT_UNKNOWN'),
    }
  return {
    code: 'AUDIT_HAS_FINDINGS',
    title: `${countText(result)}; ${counted} count under --fail-on ${rule}.`,
    detail: {},
    hint: 'Nothing was changed. Bump what can be bumped, or let it pass for a while, with an owner and a reason, in .towpath/waivers.yaml.',
    docs: docsOf('AUDIT_HAS_FINDINGS'),
  }
}
