import type { ComposeModel } from './compose-model.ts'
import { checkModel, servicesOf } from './compose/check/check-model.ts'
import { Findings } from './compose/findings.ts'
import type { Finding } from './compose/findings.ts'
import { folderOf, staysInside } from './compose/host-path.ts'
import type { Lookup } from './compose/interpolate.ts'
import type { ComposeFile } from './compose/load-files.ts'
import { loadModel } from './compose/load-model.ts'
import { normalise } from './compose/normalise.ts'
import { readModel } from './compose/read-model.ts'
import type { Reading } from './compose/reading.ts'
import { childOf, entriesOf } from './compose/tree.ts'
import type { MapTree } from './compose/tree.ts'

export interface ComposeRequest {
  /** Merged in order, later over earlier, each at most `MAX_FILE_BYTES`. Paths are relative to one folder, as messages name them. */
  files: readonly ComposeFile[]
  /** The only source of variables. Secrets come as their stand-ins and flow through. */
  variables: ReadonlyMap<string, string>
  /** Text of an environment file, null where there is none; `path` is like those of `files` and never leaves the project. */
  envFile: (path: string) => string | null
  /** Text of a file that `extends` or `include` name, as above. Without it only the given files are known. */
  otherFile?: (path: string) => string | null
  /** Prefix of networks and volumes: `<project>`, or `<project>-<environment>`. */
  projectName: string
  /** Absolute, on the host: where relative paths of mounts start. */
  projectFolder: string
  /** Where relative paths start, as messages name files; else the folder of the first file. It is `projectFolder`. */
  sourceFolder?: string
  /** Files outside the project may be read too: whoever asks could read them without us. */
  anywhere?: boolean
  /** Absolute, where `~` is on the host. Without it, paths that start there are not known. */
  home?: string
  /** Profiles that are on; `*` turns all on. */
  profiles?: readonly string[]
  /** Prefixes of bind-mount sources, as written or resolved, and what they are on this host. */
  pathMap?: Readonly<Record<string, string>>
}

export type ComposeReading =
  | {
      ok: true
      model: ComposeModel
      warnings: Finding[]
      /** Variables that a file asks for, that are not set and have no default: names, each once. */
      unset: string[]
      /** Services whose profiles are off. */ inactive: string[]
    }
  | { ok: false; problems: Finding[]; warnings: Finding[] }

const MAX_FILES = 20
const PROJECT_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/

/**
 * Reads compose files as they are, without a word changed in them: interpolated, held against the official schema,
 * extended, merged and normalised. Pure: files, variables and names come in, a model or every problem goes out.
 */
export function readCompose(request: ComposeRequest): ComposeReading {
  const findings = new Findings()
  const reading = readNormalised(request, findings)
  if (reading === null) return { ok: false, problems: findings.problems, warnings: findings.warnings }
  const { active, inactive } = servicesOf(reading.file, request.profiles ?? [])
  checkModel({ file: reading.file, active, findings })
  const model = readModel(reading, active)
  const { problems, warnings, unsetNames: unset } = findings
  if (problems.length > 0) return { ok: false, problems, warnings }
  return { ok: true, model, warnings, unset, inactive }
}

/** The files as one normalised tree, with what its readers need. Null where one could not be read, which was told. */
export function readNormalised(request: ComposeRequest, findings: Findings): Reading | null {
  checkRequest(request, findings)
  const { projectName, envFile } = request
  const otherFile = request.otherFile ?? (() => null)
  const lookup: Lookup = (name) =>
    name === 'COMPOSE_PROJECT_NAME' ? projectName : request.variables.get(name)
  const folder = request.sourceFolder ?? folderOf(request.files[0]?.path ?? '.')
  const layout = {
    sourceFolder: folder,
    projectFolder: request.projectFolder,
    home: request.home ?? null,
    anywhere: request.anywhere ?? false,
  }
  const files = request.files.slice(0, MAX_FILES)
  const textOf = (path: string): string | null => otherFile(path) ?? envFile(path)
  const merged =
    files.length === 0 ? null : loadModel({ files, folder, lookup }, { layout, findings, textOf })
  if (merged === null) return null
  tellEmpty(merged, findings)
  const file = normalise(merged, projectName, findings)
  const pathMap = request.pathMap ?? {}
  return { file, findings, lookup, envFile, envFiles: new Map(), layout, projectName, pathMap }
}

function tellEmpty(file: MapTree, findings: Findings): void {
  if (entriesOf(childOf(file, 'services')).length > 0 || findings.problems.length > 0) return
  const hint = 'Add at least one under "services:".'
  findings.problem(file.at, 'the compose file defines no services', hint)
}

function checkRequest(request: ComposeRequest, findings: Findings): void {
  const at = { file: request.files[0]?.path ?? 'compose file', line: 1, col: 1 }
  if (request.files.length === 0)
    findings.problem(at, 'no compose file is given', 'Name at least one in towpath.yaml.')
  if (request.files.length > MAX_FILES) {
    findings.problem(
      at,
      `${request.files.length} compose files are given; at most ${MAX_FILES} are read`,
      'Put some together.',
    )
  }
  const outside = request.anywhere === true ? [] : request.files.filter((file) => !staysInside(file.path))
  for (const { path } of outside) {
    findings.problem(
      { ...at, file: path },
      'the compose file lies outside the project',
      'Name files below the folder of towpath.yaml.',
    )
  }
  if (!PROJECT_NAME.test(request.projectName)) {
    const hint = 'Use lower-case letters, digits, "-" and "_", at most 63.'
    findings.problem(at, `"${request.projectName}" cannot be the name of a compose project`, hint)
  }
  if (!request.projectFolder.startsWith('/') || request.projectFolder.includes('\0')) {
    findings.problem(
      at,
      `the project folder "${request.projectFolder}" is not an absolute path`,
      'Set host.folder in towpath.yaml.',
    )
  }
}
