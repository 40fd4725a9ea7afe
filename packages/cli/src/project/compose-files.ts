import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, relative, resolve } from 'node:path'
import { parseEnvFiles } from '@towpath/domain/project/compose/env-file.ts'
import { Findings } from '@towpath/domain/project/compose/findings.ts'
import type { Finding } from '@towpath/domain/project/compose/findings.ts'
import type { DescribeRequest } from '@towpath/domain/project/describe-compose.ts'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'

export interface ComposeOptions {
  envFile: readonly string[]
  profile: readonly string[]
  projectName?: string
  projectDirectory?: string
  shellEnv?: boolean
}

/** Far above any compose or environment file. */
const maxBytes = 1024 * 1024

/**
 * Compose files of this machine with all they may refer to, as one request. Paths are relative to `folder`, as people
 * write them. Throws COMPOSE_FILE_MISSING; what is wrong with an environment file is in `problems`.
 */
export function composeRequest(
  paths: readonly string[],
  options: ComposeOptions,
  { folder, env }: { folder: string; env: Readonly<Record<string, string | undefined>> },
): { request: DescribeRequest; problems: Finding[] } {
  const read = (path: string): string | null => textAt(resolve(folder, path))
  const named = (path: string): { path: string; text: string } => {
    const text = read(path)
    if (text === null) throw missing(path)
    return { path: relative(folder, resolve(folder, path)), text }
  }
  const files = paths.map(named)
  const projectFolder = options.projectDirectory ?? dirname(paths[0] ?? '.')
  const beside = relative(folder, resolve(folder, projectFolder, '.env'))
  const besideText = read(beside)
  const envFiles = options.envFile.map(named)
  if (options.envFile.length === 0 && besideText !== null) envFiles.push({ path: beside, text: besideText })
  const shell = new Map(
    Object.entries(options.shellEnv === true ? env : {}).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    ),
  )
  const findings = new Findings()
  const given = parseEnvFiles(envFiles, (name) => shell.get(name), findings)
  const request = {
    files,
    variables: new Map([...given, ...shell]),
    envFile: read,
    otherFile: read,
    projectFolder: resolve(folder, projectFolder),
    sourceFolder: relative(folder, resolve(folder, projectFolder)) || '.',
    anywhere: true,
    home: homedir(),
    ...(options.profile.length === 0 ? {} : { profiles: options.profile }),
    ...(options.projectName === undefined ? {} : { projectName: options.projectName }),
  }
  return { request, problems: findings.problems }
}

/** Null where there is no such file, or something else is there. Throws COMPOSE_FILE_UNREADABLE. */
function textAt(path: string): string | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined || !stat.isFile()) return null
    if (stat.size > maxBytes) throw new Error(`it has ${stat.size} bytes, and at most ${maxBytes} are read`)
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (isNoFile(cause)) return null
    throw new TowpathError({
      code: 'COMPOSE_FILE_UNREADABLE',
      kind: 'usage',
      message: `${path} cannot be read: ${messageOf(cause)}.`,
      hint: 'Nothing was changed. Give yourself the right to read it, or leave it out.',
      detail: { path },
      cause,
    })
  }
}

/** A name that no file can have, or a file in the place of a folder. */
const isNoFile = (cause: unknown): boolean =>
  cause instanceof Error &&
  /^(ENOTDIR|ENAMETOOLONG|ERR_INVALID_ARG_VALUE|ELOOP)$/.test(String(Reflect.get(cause, 'code')))

const missing = (path: string): TowpathError =>
  new TowpathError({
    code: 'COMPOSE_FILE_MISSING',
    kind: 'usage',
    message: `There is no file ${path}.`,
    hint: 'Nothing was changed. Check the path; it is taken from the folder you are in.',
    detail: { path },
  })
