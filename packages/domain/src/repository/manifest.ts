import { parse } from 'smol-toml'

/** What a package manifest says of a program: `Cargo.toml`, `package.json` or its lock file. */
export interface Manifest {
  path: string
  ecosystem: 'cargo' | 'npm'
  name: string | null
  version: string | null
  /** Line of the version, from 1. */
  versionLine: number
  /** Names of direct dependencies of every kind. */
  dependencies: ReadonlyMap<string, string>
  /** Cargo workspace members; empty for others. */
  members: string[]
  /** npm scripts; empty for others. */
  scripts: ReadonlyMap<string, string>
}

const TEXT_LENGTH_MAX = 1024 * 1024

/** Reads a manifest by its file name; null where it is none, or its text is not of its format. Never throws. */
export function readManifest(path: string, text: string): Manifest | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const read = name === 'Cargo.toml' ? readCargo : npmReader(name)
  if (read === null || text.length > TEXT_LENGTH_MAX) return null
  try {
    return read(path, text)
  } catch {
    // A manifest that its own tool refuses is that tool's to explain; here it is no evidence of anything.
    return null
  }
}

const npmReader = (name: string): ((path: string, text: string) => Manifest) | null => {
  if (name === 'package.json') return (path, text) => npmManifest(path, text, recordOf(JSON.parse(text)))
  if (!name.endsWith('package-lock.json')) return null
  return (path, text) =>
    npmManifest(path, text, recordOf(recordOf(recordOf(JSON.parse(text))['packages'])['']))
}

function readCargo(path: string, text: string): Manifest {
  const root = recordOf(parse(text))
  const own = recordOf(root['package'])
  const workspace = recordOf(root['workspace'])
  const shared = recordOf(workspace['package'])
  const sections = [root, workspace].flatMap((table) =>
    ['dependencies', 'build-dependencies', 'dev-dependencies'].map((key) => recordOf(table[key])),
  )
  return {
    ...{ path, ecosystem: 'cargo' as const, name: textOf(own['name']), scripts: new Map() },
    version: textOf(own['version']) ?? textOf(shared['version']),
    versionLine: lineOf(text, /^[ \t]*version[ \t]*=/m),
    dependencies: new Map(sections.flatMap((table) => Object.keys(table).map((name) => [name, name]))),
    members: Array.isArray(workspace['members'])
      ? workspace['members'].filter((member) => typeof member === 'string')
      : [],
  }
}

function npmManifest(path: string, text: string, own: Record<string, unknown>): Manifest {
  const sections = ['dependencies', 'devDependencies', 'optionalDependencies'].map((key) =>
    recordOf(own[key]),
  )
  return {
    ...{ path, ecosystem: 'npm', name: textOf(own['name']), version: textOf(own['version']), members: [] },
    versionLine: lineOf(text, /^[ \t]*"version"[ \t]*:/m),
    dependencies: new Map(
      sections.flatMap((table) => Object.entries(table).map(([name, at]) => [name, String(at)])),
    ),
    scripts: new Map(Object.entries(recordOf(own['scripts'])).map(([name, run]) => [name, String(run)])),
  }
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** Line of the first match, from 1; 1 where there is none. Lock files are long, so they are not taken apart into lines. */
const lineOf = (text: string, pattern: RegExp): number => {
  const at = text.search(pattern)
  return at === -1 ? 1 : text.slice(0, at).split('\n').length
}
