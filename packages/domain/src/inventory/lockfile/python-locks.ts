import type { ComponentSource, InventoryGap } from '../component.ts'
import { dependencyNode, inventoryOf, rooted } from '../dependency-graph.ts'
import type { Need } from '../dependency-graph.ts'
import { packageKey } from '../package-key.ts'
import { fieldsOf, isPlainText, listOf, textOf, unreadable } from './lockfile.ts'
import type { Fields, LockfileReading, LockfileText } from './lockfile.ts'
import { readTomlPackages } from './toml-packages.ts'

const pythonName = (name: string): string => packageKey('PyPI', name)

/** `poetry.lock`. It does not name the project; groups (or the older category) tell what only development needs. */
export const readPoetryLock = (file: LockfileText): LockfileReading =>
  readPackages(file, {
    sourceOf: (fields) => {
      const type = textOf(fieldsOf(fields.get('source')).get('type'))
      if (type === 'git') return 'git'
      return type === 'directory' || type === 'file' || type === 'url' ? 'path' : 'registry'
    },
    isRoot: () => false,
    isDev: (fields) => {
      const groups = listOf(fields.get('groups'))
      if (groups.length > 0) return !groups.includes('main')
      return fields.has('category') ? fields.get('category') !== 'main' : null
    },
    needsOf: (fields) =>
      [...fieldsOf(fields.get('dependencies'))].map(([name, wanted]) => ({
        name,
        range: textOf(wanted) ?? textOf(fieldsOf(wanted).get('version')),
        isDev: false,
      })),
  })

/** `uv.lock`. Members of the workspace are editable or virtual; their dependency groups are for development. */
export const readUvLock = (file: LockfileText): LockfileReading =>
  readPackages(file, {
    sourceOf: (fields) => {
      const source = fieldsOf(fields.get('source'))
      if (source.has('git')) return 'git'
      return source.has('registry') || source.size === 0 ? 'registry' : 'path'
    },
    isRoot: (fields) => {
      const source = fieldsOf(fields.get('source'))
      return source.has('editable') || source.has('virtual')
    },
    isDev: () => null,
    needsOf: (fields) => [
      ...namesIn(fields.get('dependencies'), false),
      ...[...fieldsOf(fields.get('optional-dependencies')).values()].flatMap((list) => namesIn(list, false)),
      ...[...fieldsOf(fields.get('dev-dependencies')).values()].flatMap((list) => namesIn(list, true)),
    ],
  })

interface NamedNeed {
  name: string
  range: string | null
  isDev: boolean
}

const namesIn = (list: unknown, isDev: boolean): NamedNeed[] =>
  listOf(list).flatMap((wanted) => {
    const name = textOf(fieldsOf(wanted).get('name'))
    return name === null ? [] : [{ name, range: null, isDev }]
  })

interface PythonLock {
  sourceOf: (fields: Fields) => ComponentSource
  isRoot: (fields: Fields) => boolean
  isDev: (fields: Fields) => boolean | null
  needsOf: (fields: Fields) => NamedNeed[]
}

function readPackages(file: LockfileText, lock: PythonLock): LockfileReading {
  const toml = readTomlPackages(file)
  if (!toml.ok) return toml
  if (!toml.root.has('package')) return unreadable(file.path, 'holds no [[package]]')
  const gaps: InventoryGap[] = []
  const entries = toml.packages.flatMap(({ fields, line }) => {
    const name = textOf(fields.get('name'))
    const isRoot = lock.isRoot(fields)
    const version = fields.get('version') ?? (isRoot ? '' : null)
    if (isPlainText(name) && (isPlainText(version) || version === ''))
      return [{ fields, line, name: pythonName(name), version, isRoot }]
    gaps.push({ file: file.path, line, message: 'a package has no readable name and version' })
    return []
  })
  const keysByName = Map.groupBy(entries, ({ name }) => name)
  const needsOf = (fields: Fields): Need[] =>
    lock.needsOf(fields).flatMap(({ name, range, isDev }) =>
      (keysByName.get(pythonName(name)) ?? []).map((entry) => ({
        key: `${entry.name} ${entry.version}`,
        range,
        isDev,
      })),
    )
  const nodes = entries.map(({ fields, line, name, version, isRoot }) =>
    dependencyNode({
      key: `${name} ${version}`,
      name,
      version,
      source: isRoot ? 'path' : lock.sourceOf(fields),
      line,
      isRoot,
      isDev: lock.isDev(fields),
      needs: needsOf(fields),
    }),
  )
  return {
    ok: true,
    inventory: inventoryOf({ file: file.path, ecosystem: 'PyPI', nodes: rooted(nodes), gaps }),
  }
}
