import { resolve } from 'node:path'
import type { Answer } from '../outcome/answer.ts'
import { exitCodes } from '../outcome/exit-code.ts'
import { docsOf } from '../outcome/failure.ts'
import { checkProject } from '../project/check-project.ts'
import type { Report } from '../project/check-project.ts'
import { ProjectFolder } from '../project/project-folder.ts'
import { formatProblems } from '@towpath/domain/config/format-problems.ts'
import { blank, line, span } from '../screen/line.ts'
import type { Line } from '../screen/line.ts'
import type { Context } from '../terminal/context.ts'

/** `towpath config check`: every problem at once, each with its place and the line it stands on. */
export async function checkConfig({ shell }: Context, options: { project: string }): Promise<Answer> {
  const project = new ProjectFolder(resolve(shell.folder, options.project))
  const { problems, warnings, environments } = checkProject(project)
  const shown = [...problemLines(project, problems), ...warningLines(warnings)]
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  if (problems.length === 0)
    return {
      page: [
        ...shown,
        line(
          span('good', '✔ good'),
          `  ${environments.join(', ')}: ${[...project.files.keys()].length} files, no problem`,
        ),
      ],
      json: { environments, files: [...project.files.keys()], warnings },
    }
  return {
    page: shown,
    json: { environments, problems, warnings },
    exit: exitCodes.usage,
    problems,
    failure: {
      code: 'PROJECT_HAS_PROBLEMS',
      title: `${count} found.`,
      detail: {},
      hint: 'Nothing was changed. Mend them and run again: towpath config check',
      docs: docsOf('PROJECT_HAS_PROBLEMS'),
    },
  }
}

function problemLines(project: ProjectFolder, problems: Report['problems']): Line[] {
  const files = [...new Set(problems.map(({ file }) => file))]
  return files.flatMap((file) => {
    const text = project.files.get(file)?.toString('utf8') ?? ''
    const own = problems.filter((problem) => problem.file === file)
    return [
      ...formatProblems(own, text)
        .split('\n')
        .map((row) => line(row)),
      blank,
    ]
  })
}

const warningLines = (warnings: Report['warnings']): Line[] =>
  warnings.map(({ file, line: row, message, hint }) =>
    line(span('warning', '▲ '), `${file}:${row} ${message}`, span('quiet', hint === null ? '' : `  ${hint}`)),
  )
