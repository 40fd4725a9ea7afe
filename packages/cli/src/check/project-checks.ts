import type { Check } from '@towpath/domain/adoption/finding.ts'
import type { Problem } from '@towpath/domain/config/problem.ts'
import { readCompose } from '@towpath/domain/project/read-compose.ts'
import type { ComposeReading } from '@towpath/domain/project/read-compose.ts'
import type { Survey } from '@towpath/domain/repository/survey.ts'
import type { Report } from '../project/check-project.ts'
import type { ProjectFolder } from '../project/project-folder.ts'
import { configPath } from '../project/read-project.ts'

/** What reading the whole project came to, as checks: each problem one, and one pass for each part without any. */
export function projectChecks(
  { problems, warnings, environments }: Report,
  composeFiles: readonly string[],
): Check[] {
  const of = (file: string): string => {
    if (file === configPath) return 'config'
    return composeFiles.includes(file) ? 'compose' : 'settings'
  }
  const found = [
    ...problems.map((problem) => checkOf(of(problem.file), 'fail', problem)),
    ...warnings.map((problem) =>
      checkOf(problem.message.includes('does not exist yet') ? 'secrets' : of(problem.file), 'warn', problem),
    ),
  ]
  const passes: [id: string, message: string][] = [
    ['config', `towpath.yaml can be used: ${environments.join(', ')}`],
    ['compose', 'the compose file is read whole, and has every service that towpath.yaml names'],
    ['settings', 'every settings file can be read'],
    ['secrets', 'every environment that names a secrets file has one'],
  ]
  // What stands behind a mistake in towpath.yaml was not looked at, so it is no pass.
  const looked = problems.some(({ file }) => file === configPath) ? passes.slice(0, 1) : passes
  return [...found, ...looked.filter(([id]) => found.every((check) => check.id !== id)).map(passOf)]
}

const passOf = ([id, message]: [string, string]): Check => ({
  ...{ id, status: 'pass', file: null, line: null, message, fix: null, patch: null },
})

const checkOf = (id: string, status: 'fail' | 'warn', { file, line, message, hint }: Problem): Check => ({
  ...{
    id,
    status,
    file,
    line,
    message,
    fix: hint ?? 'see the line, and the reference of towpath.yaml',
    patch: null,
  },
})

/** Values that stand for what nobody sets: what is wrong with each of them is wrong for certain. */
const STAND_INS = ['1', '/1', './1', 'true']

class StandIns extends Map<string, string> {
  private readonly value: string

  constructor(known: ReadonlyMap<string, string>, value: string) {
    super(known)
    this.value = value
  }

  override get(name: string): string {
    return super.get(name) ?? this.value
  }
}

/** Reads the compose file alone, where no `towpath.yaml` says what its variables are. */
export function composeChecks(project: ProjectFolder, { compose, variables, files }: Survey): Check[] {
  if (compose === null) return []
  const read = (given: ReadonlyMap<string, string>): ComposeReading =>
    readCompose({
      files: compose.files.map((path) => ({ path, text: files.texts.get(path) ?? '' })),
      variables: given,
      envFile: (path) => project.text(path),
      otherFile: (path) => project.text(path),
      projectName: 'project',
      projectFolder: '/srv/project',
    })
  const plain = read(variables)
  let certain = plain.ok ? [] : plain.problems
  for (const value of STAND_INS) {
    if (certain.length === 0) break
    const filled = read(new StandIns(variables, value))
    const places = new Set(filled.ok ? [] : filled.problems.map(({ file, line }) => `${file}:${line}`))
    certain = certain.filter(({ file, line }) => places.has(`${file}:${line}`))
  }
  return [
    ...certain.map(({ file, line, message, hint }): Check => ({
      id: 'compose',
      status: 'fail',
      file,
      line,
      message,
      fix: hint,
      patch: null,
    })),
    ...(certain.length > 0
      ? []
      : [
          passOf([
            'compose',
            `the compose file is read whole: ${compose.services.map(({ name }) => name).join(', ')}`,
          ]),
        ]),
  ]
}
