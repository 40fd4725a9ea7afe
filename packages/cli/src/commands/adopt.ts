import { resolve } from 'node:path'
import type { Check } from '@towpath/domain/adoption/finding.ts'
import { proxyLines } from '@towpath/domain/adoption/running/proxy-lines.ts'
import type { ProxyLine } from '@towpath/domain/adoption/running/proxy-lines.ts'
import { traps } from '@towpath/domain/adoption/traps.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { acceptedBy } from '@towpath/domain/adoption/accepted.ts'
import { drawFirstLine } from '../audit/first-line.ts'
import { requireKnown } from '../check/accepted.ts'
import { runChecks } from '../check/run-checks.ts'
import type { Checked } from '../check/run-checks.ts'
import { answerOf, connect, idempotencyKey } from '../connection/connect.ts'
import type { Connection } from '../connection/connect.ts'
import { rememberAfterwards } from '../connection/check-history.ts'
import type { AdoptionAnswer } from '../connection/shapes.ts'
import { answerToFollowing, watchCommand } from '../follow/ending.ts'
import { followDeployment } from '../follow/follow-deployment.ts'
import type { Answer } from '../outcome/answer.ts'
import { filesToSend } from '../project/files-to-send.ts'
import { adoptionPage, proxyPage } from '../screen/adoption-page.ts'
import { line, span } from '../screen/line.ts'
import { confirm } from '../terminal/confirm.ts'
import type { Context } from '../terminal/context.ts'

interface AdoptOptions {
  project: string
  release?: string
  /** True where no version was named: the newest. */
  import?: true | string[]
  schemaSafe: string[]
  accept: string[]
  reason: string
  dryRun?: boolean
  yes?: boolean
  detach?: boolean
}

/** `towpath adopt ENV`: says what it would record, asks, and brings the edge in beside what runs. */
export async function adopt(context: Context, environment: string, options: AdoptOptions): Promise<Answer> {
  const checked = runChecks(resolve(context.shell.folder, options.project), context.shell.now())
  refuseOperators(checked.checks, options.accept)
  const connection = await connect(context)
  const ask = asking(connection, checked, { environment, options })
  const seen = await ask(true)
  if (!('dryRun' in seen)) throw new Error(`the server began ${seen.id} where only a look was asked for`)
  const lines = linesFor(checked, seen)
  if (options.dryRun === true)
    return {
      page: [...adoptionPage(seen), ...proxyPage(seen, lines)],
      json: { adoption: seen, proxy: lines },
    }
  if (options.yes !== true) await askFirst(context, seen)
  const begun = await ask(false)
  if ('dryRun' in begun) throw new Error('the server only looked where it was asked to adopt')
  return await toItsEnd(context, connection, { id: begun.id, seen, lines, options })
}

function asking(
  { api }: Connection,
  { project }: Checked,
  { environment, options }: { environment: string; options: AdoptOptions },
) {
  const header = idempotencyKey()
  const files = filesToSend(project)
  const imports =
    options.import === undefined
      ? null
      : {
          versions: options.import === true ? null : options.import,
          schemaSafe: options.schemaSafe,
        }
  return (dryRun: boolean) =>
    answerOf(
      api.POST('/v1/environments/{environment}/adoption', {
        params: { path: { environment }, header },
        body: {
          files,
          release: options.release ?? null,
          schema: 'unknown',
          imports,
          accept: options.accept,
          reason: options.reason,
          dryRun,
        },
      }),
    )
}

/** Units, cron jobs and workflows that act on the same containers would fight every deployment. */
function refuseOperators(checks: readonly Check[], accepted: readonly string[]): void {
  requireKnown(
    checks,
    accepted,
    traps.map(({ id }) => id),
  )
  const operators = checks.filter(
    (one) => one.id === 'second-operator' && one.status === 'fail' && !acceptedBy(one, accepted),
  )
  const [first] = operators
  if (first === undefined) return
  const more = operators.length > 1 ? ` (and ${operators.length - 1} more: towpath check)` : ''
  throw new TowpathError({
    code: 'ADOPT_SECOND_OPERATOR',
    kind: 'blocked',
    message: `${first.file ?? ''}:${first.line ?? 1} ${first.message}${more}.`,
    hint: `Take it out (${first.fix ?? ''}), or say that it is off or harmless: --accept second-operator. Nothing was changed.`,
    detail: { findings: operators.map(({ file, line: at, message }) => ({ file, line: at, message })) },
  })
}

const linesFor = ({ survey }: Checked, { services, edge }: AdoptionAnswer): ProxyLine[] =>
  proxyLines(
    survey.nginx,
    services.map(({ names }) => ({ names, to: edge })),
  )

async function askFirst(context: Context, seen: AdoptionAnswer): Promise<void> {
  if (!context.terminal.answers)
    throw new TowpathError({
      code: 'CONFIRMATION_NEEDED',
      kind: 'usage',
      message: `${seen.environment} is adopted only after a yes, and nobody can be asked here.`,
      hint: `Nothing was changed. Look with --dry-run, then: towpath adopt ${seen.environment} -y`,
    })
  context.aside(adoptionPage(seen))
  await confirm(context, `Adopt ${seen.composeProject} as ${seen.release} on ${seen.environment}?`)
}

async function toItsEnd(
  context: Context,
  connection: Connection,
  facts: { id: string; seen: AdoptionAnswer; lines: ProxyLine[]; options: AdoptOptions },
): Promise<Answer> {
  const { id, seen, lines, options } = facts
  if (options.detach === true) {
    await rememberAfterwards(connection, context)
    return {
      page: [line(span('running', '● asked for'), `  ${id}`), line(`  watch it: ${watchCommand(id)}`)],
      json: { deployment: { id }, adoption: seen, proxy: lines, detached: true },
      next: [watchCommand(id)],
    }
  }
  const followed = await followDeployment(context, id)
  if (followed.how === 'finished') await rememberAfterwards(connection, context)
  const answer = answerToFollowing(followed, id)
  if (answer.failure !== undefined) return answer
  const folder = resolve(context.shell.folder, options.project)
  const { page, change } = await drawFirstLine({ ...context.shell, folder })
  return {
    ...answer,
    page: [...answer.page, ...page, ...proxyPage(seen, lines)],
    json: { ...answer.json, adoption: seen, proxy: lines, baseline: change },
  }
}
