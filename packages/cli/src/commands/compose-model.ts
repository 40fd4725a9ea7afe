import { resolve } from 'node:path'
import type { Problem } from '@towpath/domain/config/problem.ts'
import type { Finding } from '@towpath/domain/project/compose/findings.ts'
import { describeCompose } from '@towpath/domain/project/describe-compose.ts'
import type { ComposeDescription, DescribeRequest } from '@towpath/domain/project/describe-compose.ts'
import type { Answer } from '../outcome/answer.ts'
import { exitCodes } from '../outcome/exit-code.ts'
import { docsOf } from '../outcome/failure.ts'
import { composeRequest } from '../project/compose-files.ts'
import type { ComposeOptions } from '../project/compose-files.ts'
import { line, span } from '../screen/line.ts'
import type { Line } from '../screen/line.ts'
import { problemLines } from '../screen/problem-lines.ts'
import { modelPage } from '../screen/compose-model-page.ts'
import type { Context } from '../terminal/context.ts'

/** `towpath compose model`: what Docker Compose makes of any files, with every mistake at its place. Needs nothing else. */
export async function showComposeModel(
  { shell }: Context,
  files: readonly string[],
  options: ComposeOptions,
): Promise<Answer> {
  const { request, problems } = composeRequest(files, options, {
    folder: resolve(shell.folder),
    env: shell.env,
  })
  const description: ComposeDescription =
    problems.length > 0 ? { ok: false, problems, warnings: [] } : describeCompose(request)
  if (!description.ok) return refusal(request, description)
  const { model, inactive, profiles, warnings, unshippable } = description
  return {
    page: [...modelPage(model), ...notes(description)],
    json: { ...model, towpath: { inactive, profiles, warnings, unshippable } },
  }
}

function notes({ inactive, warnings, unshippable }: ComposeDescription & { ok: true }): Line[] {
  const off = inactive.length === 0 ? [] : [line(span('quiet', `profiles off: ${inactive.join(', ')}`))]
  const told = warnings.map(warningLine)
  const kept = unshippable.map((finding) =>
    line(span('warning', '▲ '), `Towpath cannot ship this: ${said(finding)}`),
  )
  return [...off, ...told, ...kept]
}

const warningLine = (finding: Finding): Line => line(span('warning', '▲ '), said(finding))

const said = ({ file, line: row, col, message, hint }: Finding): string =>
  `${file}:${row}:${col} ${message}  ${hint}`

function refusal(
  request: DescribeRequest,
  { problems, warnings }: ComposeDescription & { ok: false },
): Answer {
  const listed = problems.map((finding): Problem => ({ ...finding, length: 1, conceal: false }))
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  return {
    page: [...problemLines(listed, (file) => textIn(request, file)), ...warnings.map(warningLine)],
    json: { problems, warnings },
    exit: exitCodes.usage,
    problems: listed,
    failure: {
      code: 'COMPOSE_HAS_PROBLEMS',
      title: `${count} found.`,
      detail: {},
      hint: 'Nothing was changed. Mend them and run the command again.',
      docs: docsOf('COMPOSE_HAS_PROBLEMS'),
    },
  }
}

const textIn = (request: DescribeRequest, file: string): string =>
  request.files.find(({ path }) => path === file)?.text ?? request.envFile(file) ?? ''
