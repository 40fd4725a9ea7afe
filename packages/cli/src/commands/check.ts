import { resolve } from 'node:path'
import type { Check, CheckStatus } from '@towpath/domain/adoption/finding.ts'
import { onlineCheckIds } from '@towpath/domain/adoption/online/online-answer.ts'
import { traps } from '@towpath/domain/adoption/traps.ts'
import { orderProblems } from '@towpath/domain/config/problem.ts'
import type { Problem } from '@towpath/domain/config/problem.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { acceptedBy } from '@towpath/domain/adoption/accepted.ts'
import { requireKnown } from '../check/accepted.ts'
import { runChecks } from '../check/run-checks.ts'
import type { Checked } from '../check/run-checks.ts'
import type { Answer } from '../outcome/answer.ts'
import { exitCodes } from '../outcome/exit-code.ts'
import { docsOf } from '../outcome/failure.ts'
import type { Failure } from '../outcome/failure.ts'
import { checkLines } from '../screen/check-page.ts'
import { blank, line, span } from '../screen/line.ts'
import type { Line } from '../screen/line.ts'
import { problemLines } from '../screen/problem-lines.ts'
import { columnsOf } from '../terminal/shell.ts'
import type { Context } from '../terminal/context.ts'

interface CheckOptions {
  project: string
  accept: string[]
  patch?: boolean
  online?: boolean
  environment?: string
}

/**
 * `towpath check`: what will bite, in every file that a team's deployment is made of. Needs no server and no host;
 * with `--online` the server looks at hosts, registries and databases besides.
 */
export async function check(context: Context, options: CheckOptions): Promise<Answer> {
  const { shell } = context
  if (options.environment !== undefined && options.online !== true) throw notOnline(options.environment)
  const offline = runChecks(resolve(shell.folder, options.project), shell.now())
  requireKnown(offline.checks, options.accept, [...traps.map(({ id }) => id), ...onlineCheckIds])
  if (options.patch === true) return patchAlone(context, offline.patch)
  const checked = await withOnline(context, offline, options)
  const { checks } = checked
  const accepted = checks.filter((one) => one.status !== 'pass' && acceptedBy(one, options.accept))
  const open = checks.filter((one) => !accepted.includes(one))
  const failure = failureOf(checked, open)
  return {
    page: pageOf(checked, { accepted, columns: columnsOf(shell.stdout), failed: failure !== null }),
    json: {
      checks,
      environments: checked.environments,
      files: [...checked.survey.files.texts.keys()],
      accepted: accepted.map(({ id }) => id),
    },
    next: nextOf(checked),
    ...(failure === null ? {} : { failure, exit: open.some(isMistake) ? exitCodes.usage : exitCodes.failed }),
    problems: [...checked.problems, ...open.flatMap(annotated)],
  }
}

const notOnline = (environment: string): TowpathError =>
  new TowpathError({
    code: 'CHECK_NOT_ONLINE',
    kind: 'usage',
    message: 'Without --online the files of all environments are checked together, so -e narrows nothing.',
    hint: `Nothing was changed. Ask the server about one: towpath check --online -e ${environment}`,
  })

/** A server can do nothing with files that have mistakes: then it is not asked, and that is told. */
async function withOnline(context: Context, checked: Checked, options: CheckOptions): Promise<Checked> {
  if (options.online !== true) return checked
  if (checked.problems.length > 0) return { ...checked, checks: [...checked.checks, notAsked] }
  const { onlineChecksOf } = await import('../check/online-checks.ts')
  const { nginx } = checked.survey
  return {
    ...checked,
    checks: [...checked.checks, ...(await onlineChecksOf(context, { ...options, nginx }))],
  }
}

const notAsked: Check = {
  ...{ id: 'environment', status: 'unknown', file: null, line: null, patch: null },
  message: 'the server was not asked, because the files of a release have mistakes',
  fix: 'mend them, then: towpath check --online',
}

/** The patch goes out byte for byte: a line of it may hold tabs, which a page would not keep. */
function patchAlone({ shell, json }: Context, patch: string): Answer {
  if (json) return { page: [], json: { patch } }
  shell.stdout.write(patch)
  return { page: [], json: {}, silent: true }
}

function pageOf(
  checked: Checked,
  { accepted, columns, failed }: { accepted: Check[]; columns: number | null; failed: boolean },
): Line[] {
  const { checks, problems, project, patch } = checked
  // A mistake in the project's own files is shown with its line instead of as one of many findings.
  const shown = checks.filter(
    ({ id, status }) =>
      !(status === 'fail' && problems.length > 0 && ['config', 'compose', 'settings'].includes(id)),
  )
  const mends =
    patch === '' ? [] : [line(span('quiet', '  Those marked (patch): towpath check --patch | git apply'))]
  return [
    ...problemLines(problems, (file) => project.files.get(file)?.toString('utf8') ?? ''),
    ...checkLines({ checks: shown, accepted, columns }),
    blank,
    ...mends,
    ...(failed ? [] : [line(span('good', '✔ good'), `  ${countsOf(checks, accepted)}`)]),
  ]
}

/** Wrong in a file that a release is made of, whatever the linter thinks of it. */
const isMistake = ({ id, status }: Check): boolean =>
  status === 'fail' && ['config', 'compose', 'settings'].includes(id)

function failureOf({ checks, problems }: Checked, open: readonly Check[]): Failure | null {
  const count = Math.max(problems.length, open.filter(isMistake).length)
  if (count > 0)
    return {
      code: 'PROJECT_HAS_PROBLEMS',
      title: `${count === 1 ? '1 mistake' : `${count} mistakes`} in the files that a release is made of.`,
      detail: {},
      hint: `Nothing was changed. ${placeOf(problems)}Mend them and run again: towpath check`,
      docs: docsOf('PROJECT_HAS_PROBLEMS'),
    }
  if (open.every(({ status }) => status === 'pass' || status === 'warn')) return null
  const accepted = checks.filter((one) => !open.includes(one))
  return {
    code: 'CHECK_HAS_FINDINGS',
    title: `${countsOf(checks, accepted)}.`,
    detail: {},
    hint: 'Nothing was changed. What is not known is no pass: find out, or say that you know with --accept ID.',
    docs: docsOf('CHECK_HAS_FINDINGS'),
  }
}

/** Hundreds of lines may stand between a mistake and the end of the page. */
function placeOf(problems: readonly Problem[]): string {
  const [first] = orderProblems(problems.filter(({ file }) => file === problems[0]?.file))
  return first === undefined ? '' : `They stand at the top, the first at ${first.file}:${first.line}. `
}

function countsOf(checks: readonly Check[], accepted: readonly Check[]): string {
  const count = (status: CheckStatus): number =>
    checks.filter((one) => one.status === status && !accepted.includes(one)).length
  const words = (['fail', 'unknown', 'warn', 'pass'] as const)
    .filter((status) => count(status) > 0)
    .map((status) => `${count(status)} ${status}`)
  return [...words, ...(accepted.length > 0 ? [`${accepted.length} accepted`] : [])].join(', ')
}

const nextOf = ({ checks, patch }: Checked): string[] => [
  ...(checks.some(({ id, fix }) => id === 'config' && fix === 'towpath init') ? ['towpath init'] : []),
  ...(patch === '' ? [] : ['towpath check --patch | git apply']),
]

/** For the log of a run of GitHub Actions. */
const annotated = ({
  status,
  file,
  line: at,
  id,
  message,
}: Check): NonNullable<Answer['problems']>[number][] =>
  status !== 'fail' || file === null || ['config', 'compose', 'settings'].includes(id)
    ? []
    : [{ file, line: at ?? 1, col: 1, length: 1, message: `${id}: ${message}`, hint: null, conceal: false }]
