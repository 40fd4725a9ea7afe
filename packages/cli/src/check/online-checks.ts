import { resolve } from 'node:path'
import type { Check } from '@towpath/domain/adoption/finding.ts'
import { completeEnvironmentOf, environmentNames } from '@towpath/domain/config/resolve-config.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { answerOf, connect } from '../connection/connect.ts'
import type { Connection } from '../connection/connect.ts'
import { ProjectFolder } from '../project/project-folder.ts'
import { configPath, readWholeProject } from '../project/read-project.ts'
import type { Context } from '../terminal/context.ts'

/** Whatever the server looks at is given up before this. */
const deadlineMs = 120_000

/**
 * Asks the server what the network has to answer, of one environment or of all at once: it has the keys, the way to the
 * hosts and the registry login that count. Throws where the server cannot be asked, or may not be for the one named.
 */
export async function onlineChecksOf(
  context: Context,
  { project: folder, environment }: { project: string; environment?: string },
): Promise<Check[]> {
  const project = new ProjectFolder(resolve(context.shell.folder, folder))
  const config = readWholeProject(project)
  if (environment !== undefined) completeEnvironmentOf(config, environment)
  const files = Object.fromEntries(
    [...project.files].map(([path, bytes]) => [path, bytes.toString('base64')]),
  )
  const connection = await connect(context, { deadlineMs })
  const ask = (name: string): Promise<Check[]> => askServer(connection, name, files)
  if (environment !== undefined) return await ask(environment)
  const found = await Promise.all(
    environmentNames(config).map((name) =>
      ask(name).catch((thrown: unknown) => [
        notAsked(name, { thrown, line: config.source.keyAt(['environments', name]).line }),
      ]),
    ),
  )
  return found.flat()
}

const askServer = async (
  { api }: Connection,
  environment: string,
  files: Record<string, string>,
): Promise<Check[]> => {
  const { checks } = await answerOf(
    api.POST('/v1/environments/{environment}/checks', { params: { path: { environment } }, body: { files } }),
  )
  return checks
}

/** One environment that this token may not deploy to says nothing of the others. */
function notAsked(environment: string, { thrown, line }: { thrown: unknown; line: number }): Check {
  if (!(thrown instanceof TowpathError) || thrown.code !== 'FORBIDDEN') throw thrown
  return {
    ...{ id: 'environment', status: 'unknown', file: configPath, line, patch: null },
    message: `${environment}: nothing was asked: ${thrown.message}`,
    fix: thrown.hint,
  }
}
