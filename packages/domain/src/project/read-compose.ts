import type { ComposeModel } from './compose-model.ts'
import { resolveExtends } from './compose/extends.ts'
import { Findings } from './compose/findings.ts'
import type { Finding } from './compose/findings.ts'
import { folderOf, staysInside } from './compose/host-path.ts'
import { resolveIncludes } from './compose/include.ts'
import { TreeInterpolation } from './compose/interpolate-tree.ts'
import type { Lookup } from './compose/interpolate.ts'
import { FileLoader, hasTooMany } from './compose/load-files.ts'
import type { ComposeFile } from './compose/load-files.ts'
import { mergeFiles, settled } from './compose/merge.ts'
import { readModel } from './compose/read-model.ts'
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
  checkRequest(request, findings)
  const lookup: Lookup = (name) =>
    request.variables.get(name) ?? (name === 'COMPOSE_PROJECT_NAME' ? request.projectName : undefined)
  const file = mergedFile(request, { findings, lookup })
  if (file === null) return { ok: false, problems: findings.problems, warnings: findings.warnings }
  const { projectName, projectFolder, envFile } = request
  const sourceFolder = folderOf(request.files[0]?.path ?? '.')
  const { model, inactive } = readModel(
    {
      file,
      findings,
      lookup,
      envFile,
      envFiles: new Map(),
      sourceFolder,
      projectName,
      projectFolder,
      pathMap: request.pathMap ?? {},
    },
    request.profiles ?? [],
  )
  const { problems, warnings, unsetNames: unset } = findings
  if (problems.length > 0) return { ok: false, problems, warnings }
  return { ok: true, model, warnings, unset, inactive }
}

/** Null where a file could not be read at all, so that the rest would only give follow-up problems. */
function mergedFile(
  request: ComposeRequest,
  { findings, lookup }: { findings: Findings; lookup: Lookup },
): MapTree | null {
  const files = request.files.slice(0, MAX_FILES)
  const interpolation = new TreeInterpolation(lookup, findings)
  const otherFile = request.otherFile ?? (() => null)
  const loader = new FileLoader({ files, otherFile, interpolation, findings })
  const { load } = loader
  const sources = loader.given()
  const resolved = sources.map((source) => {
    const tree = resolveExtends(source, { load, findings })
    return resolveIncludes({ ...source, tree }, { load, findings }, [source.path])
  })
  const [first, ...others] = resolved
  if (first === undefined || sources.length < files.length) return null
  const merged = others.reduce(mergeFiles, settled(first))
  return hasTooMany(merged, findings) ? null : merged
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
  for (const { path } of request.files.filter((file) => !staysInside(file.path))) {
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
