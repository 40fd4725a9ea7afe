import { resolve } from 'node:path'
import type { Check } from '@towpath/domain/adoption/finding.ts'
import { completeEnvironmentOf, environmentNames } from '@towpath/domain/config/resolve-config.ts'
import { tlsNames, tlsNamesOf } from '@towpath/domain/certificate/tls-names.ts'
import type { TlsName } from '@towpath/domain/certificate/tls-names.ts'
import type { TowpathConfig } from '@towpath/domain/config/parse-config.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Survey } from '@towpath/domain/repository/survey.ts'
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
  { project: folder, environment, nginx }: { project: string; environment?: string; nginx: Survey['nginx'] },
): Promise<Check[]> {
  const project = new ProjectFolder(resolve(context.shell.folder, folder))
  const config = readWholeProject(project)
  if (environment !== undefined) completeEnvironmentOf(config, environment)
  const files = Object.fromEntries(
    [...project.files].map(([path, bytes]) => [path, bytes.toString('base64')]),
  )
  const connection = await connect(context, { deadlineMs })
  const served = tlsNames(nginx)
  const ask = (name: string): Promise<Check[]> =>
    askServer(connection, name, { files, names: namesOn(config, name, served) })
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
  body: { files: Record<string, string>; names: ServedName[] },
): Promise<Check[]> => {
  const { checks } = await answerOf(
    api.POST('/v1/environments/{environment}/checks', { params: { path: { environment } }, body }),
  )
  return checks
}

interface ServedName {
  name: string
  port: number
  certificate: string | null
}

/** The server reads no file but a certificate's, by its whole path. */
const askable = (path: string | null): string | null =>
  path !== null && /^\/[^\0\r\n]{1,500}\.(?:pem|crt|cer)$/.test(path) && !path.split('/').includes('..')
    ? path
    : null

/** Of two environments in one repository each has the names of its own files. */
function namesOn(config: TowpathConfig, environment: string, served: readonly TlsName[]): ServedName[] {
  const mapOf = (name: string) => completeEnvironmentOf(config, name).map
  const others = environmentNames(config).filter((name) => name !== environment)
  const place = { ...mapOf(environment), otherPaths: others.map((name) => mapOf(name).paths) }
  return tlsNamesOf(served, place).map(({ name, port, certificate }) => ({
    name,
    port,
    certificate: askable(certificate),
  }))
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
