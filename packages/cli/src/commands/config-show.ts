import { resolve } from 'node:path'
import { explainConfig } from '@towpath/domain/config/explain-config.ts'
import type { ExplainedValue } from '@towpath/domain/config/explain-config.ts'
import type { Answer } from '../outcome/answer.ts'
import { ProjectFolder } from '../project/project-folder.ts'
import { readConfig } from '../project/read-project.ts'
import { span } from '../screen/line.ts'
import type { Span } from '../screen/line.ts'
import { tableLines } from '../screen/table.ts'
import type { Context } from '../terminal/context.ts'

interface ShowOptions {
  environment: string
  project: string
  explain?: boolean
}

/** `towpath config show -e ENV [--explain]`. References stay as written: no secret and no setting is looked up. */
export async function showConfig({ shell }: Context, options: ShowOptions): Promise<Answer> {
  const config = readConfig(new ProjectFolder(resolve(shell.folder, options.project)))
  const values = explainConfig(config, options.environment)
  const explained = options.explain === true
  const rows = values.map((value): Span[] => [
    span('strong', value.path.join('.')),
    span(null, value.value),
    ...(explained ? [span('quiet', placeOf(value))] : []),
  ])
  const head = ['value', 'is', ...(explained ? ['because of'] : [])]
  return {
    page: tableLines({ head, rows }, null),
    json: {
      environment: options.environment,
      values: values.map(({ path, value, from, file, line }) => ({
        path: path.join('.'),
        value,
        from,
        file,
        line,
      })),
    },
  }
}

const placeOf = ({ from, file, line }: ExplainedValue): string =>
  file === null ? from : `${file}:${line ?? 1} (${from})`
