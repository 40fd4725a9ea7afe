import { resolve } from 'node:path'
import type { SchemaImpact } from '@towpath/domain/release/release.ts'
import { rememberAfterwards } from '../connection/check-history.ts'
import { answerOf, connect } from '../connection/connect.ts'
import type { Answer } from '../outcome/answer.ts'
import { filesToSend } from '../project/files-to-send.ts'
import { ProjectFolder } from '../project/project-folder.ts'
import { line, span } from '../screen/line.ts'
import type { Line } from '../screen/line.ts'
import { releaseLines } from '../screen/release-page.ts'
import type { Context } from '../terminal/context.ts'

interface CreateOptions {
  build: Record<string, string>
  schema: SchemaImpact
  commit?: string
  project: string
}

/** `towpath release create VERSION`: the files of all environments go with it, and nothing from outside the folder. */
export async function createRelease(
  context: Context,
  version: string,
  options: CreateOptions,
): Promise<Answer> {
  const project = new ProjectFolder(resolve(context.shell.folder, options.project))
  const files = filesToSend(project)
  const connection = await connect(context)
  const release = await answerOf(
    connection.api.POST('/v1/releases', {
      body: { version, builds: options.build, schema: options.schema, commit: options.commit ?? null, files },
    }),
  )
  await rememberAfterwards(connection, context)
  return {
    page: [
      line(span('good', '✔ created'), `  release ${release.version} from ${project.files.size} files`),
      ...releaseLines(release),
      ...(release.schema === 'unknown'
        ? [unsaid('nobody said what it does to the database: going back will need a person (--schema)')]
        : []),
      ...(release.builds.some(({ commit }) => commit === null)
        ? [
            unsaid(
              'nobody said which commit it was built from: where gates ask for evidence of that, it cannot go (--commit $(git rev-parse HEAD), and a new version)',
            ),
          ]
        : []),
    ],
    json: { release, files: [...project.files.keys()] },
    next: [`towpath deploy ${release.version} -e ENVIRONMENT`],
  }
}

const unsaid = (text: string): Line => line(span('warning', '  ▲ '), text)
