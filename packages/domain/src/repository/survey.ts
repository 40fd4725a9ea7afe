import { cronLines, pipelineLines, scriptLines, unitLines, workflowLines } from './command-line.ts'
import type { CommandLine } from './command-line.ts'
import { parseEnvFile } from '../project/compose/env-file.ts'
import { Findings, MAX_FINDINGS } from '../project/compose/findings.ts'
import { readDockerfile } from './dockerfile.ts'
import type { Dockerfile } from './dockerfile.ts'
import { readManifest } from './manifest.ts'
import type { Manifest } from './manifest.ts'
import { readNginx } from './nginx-conf.ts'
import type { NginxDirective } from './nginx-conf.ts'
import { kindOfFile } from './file-kind.ts'
import { readWorkflow } from './workflow.ts'
import type { Workflow } from './workflow.ts'
import { readWrittenCompose } from './written-compose.ts'
import type { WrittenCompose } from './written-compose.ts'

/** What a walk through a repository brought: texts by path, `/` between names, and what it left out. */
export interface RepositoryFiles {
  texts: ReadonlyMap<string, string>
  /** Said to people: files too large, caps that were hit. */
  left: readonly string[]
}

export interface NginxFile {
  path: string
  text: string
  directives: NginxDirective[]
}

/** A repository as the adoption linter and `init` see it: everything parsed once, with places. */
export interface Survey {
  files: RepositoryFiles
  compose: WrittenCompose | null
  dockerfiles: Dockerfile[]
  nginx: NginxFile[]
  workflows: Workflow[]
  manifests: Manifest[]
  /** Lines of shell that units, crontabs, workflows and scripts run. */
  commands: CommandLine[]
  /** Values that the repository itself gives to variables of the compose file: its `.env`. */
  variables: ReadonlyMap<string, string>
  /** Files of a known kind that could not be read. */
  unread: { file: string; line: number; message: string }[]
}

const COMPOSE_NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']

/** The compose files that `docker compose` takes when nobody names any, in its own order. */
export function composeFilesOf(texts: ReadonlyMap<string, string>): string[] {
  const first = COMPOSE_NAMES.find((name) => texts.has(name))
  if (first === undefined) return []
  const base = first.replace(/\.ya?ml$/, '')
  const override = [`${base}.override.yaml`, `${base}.override.yml`].find((name) => texts.has(name))
  return override === undefined ? [first] : [first, override]
}

/** Parses every file of a known kind. `composeFiles` are those of `towpath.yaml`, or null where there is none. Never throws. */
export function surveyRepository(files: RepositoryFiles, composeFiles: readonly string[] | null): Survey {
  const { texts } = files
  const unread: Survey['unread'] = []
  const names = composeFiles ?? composeFilesOf(texts)
  const opened = names.flatMap((path) => {
    const text = texts.get(path)
    return text === undefined ? [] : [{ path, text }]
  })
  const compose = opened.length === 0 ? null : readWrittenCompose(opened, (path) => texts.get(path) ?? null)
  unread.push(...(compose?.unread ?? []))
  const byKind = [...texts].map(([path, text]) => ({ path, text, kind: kindOfFile(path, text) }))
  const of = (kind: string): { path: string; text: string }[] => byKind.filter((file) => file.kind === kind)
  const workflows = of('workflow').flatMap(({ path, text }) => {
    const read = readWorkflow(path, text)
    if (read.ok) return [read.workflow]
    unread.push({ file: path, line: read.line, message: read.message })
    return []
  })
  const dockerfiles = of('dockerfile').flatMap(({ path, text }) => {
    const read = readDockerfile(path, text)
    if (read === null) unread.push({ file: path, line: 1, message: 'it is too long, or no Dockerfile' })
    return read === null ? [] : [read]
  })
  const nginx = of('nginx').map(({ path, text }) => {
    const read = readNginx(text)
    if (!read.ok) unread.push({ file: path, line: read.line, message: read.message })
    return { path, text, directives: read.directives }
  })
  return {
    ...{ files, compose, dockerfiles, nginx, workflows, unread },
    manifests: of('manifest').flatMap(({ path, text }) => readManifest(path, text) ?? []),
    commands: [
      ...of('unit').flatMap(({ path, text }) => unitLines(path, text)),
      ...of('cron').flatMap(({ path, text }) => cronLines(path, text)),
      ...workflows.flatMap(workflowLines),
      ...of('pipeline').flatMap(({ path, text }) => pipelineLines(path, text)),
      ...of('script').flatMap(({ path, text }) => scriptLines(path, text)),
    ],
    variables: dotenvOf(texts.get('.env') ?? ''),
  }
}

/** By compose's own rules. A value that needs a variable of the shell is left out: nobody here knows it. */
function dotenvOf(text: string): Map<string, string> {
  const findings = new Findings()
  const values = parseEnvFile({ path: '.env', text }, () => undefined, findings)
  const doubted = [...findings.problems, ...findings.warnings]
  // Past that many the rest is not told, so nothing of the file can be relied on.
  if (doubted.length >= MAX_FINDINGS) return new Map()
  const rows = text.split('\n')
  for (const { line } of doubted)
    values.delete(/^\s*(?:export\s+)?([^\s=:]+)/.exec(rows[line - 1] ?? '')?.[1] ?? '')
  return values
}
