import type { ComponentSource, InventoryGap } from '../component.ts'
import { dependencyNode, inventoryOf } from '../dependency-graph.ts'
import type { DependencyNode, Need } from '../dependency-graph.ts'
import { ENTRIES_MAX, fieldsOf, isMapping, isPlainText, textOf, unreadable } from './lockfile.ts'
import type { Fields, LockfileReading, LockfileText } from './lockfile.ts'
import { linesOfKeys, readYamlLock } from './yaml-lock.ts'

const MAJORS = [5, 6, 7, 9]

/**
 * `pnpm-lock.yaml`, versions 5 to 9. The key of an entry holds name and version: `/name/1.0.0` up to 5, `/name@1.0.0`
 * from 6, `name@1.0.0` in 9, each with its peers behind; from 9 on edges stand in `snapshots`.
 */
export function readPnpmLock(file: LockfileText): LockfileReading {
  const yaml = readYamlLock(file)
  if (!(yaml instanceof Map)) return yaml as LockfileReading
  const major = Math.floor(Number(yaml.get('lockfileVersion')))
  if (!MAJORS.includes(major))
    return unreadable(
      file.path,
      `has the lockfileVersion ${String(yaml.get('lockfileVersion'))}; 5 to 9 are known`,
    )
  const shape = whyMisshapen(yaml)
  if (shape !== null) return unreadable(file.path, shape)
  const packages = fieldsOf(yaml.get('packages'))
  const snapshots = snapshotsIn(yaml, packages)
  if (snapshots.size + packages.size > 2 * ENTRIES_MAX)
    return unreadable(file.path, `holds ${packages.size} packages; at most ${ENTRIES_MAX} are read`)
  const gaps: InventoryGap[] = []
  const lines = linesOfKeys(file.text)
  const entries = [...snapshots].flatMap(([key, value]) => {
    const about = fieldsOf(packages.get(key) ?? packages.get(withoutPeers(key)))
    const node = nodeOf(key, about, fieldsOf(value))
    const line = lines.get(key) ?? lines.get(withoutPeers(key)) ?? null
    if (node === null)
      gaps.push({ file: file.path, line, message: `${key.slice(0, 120)} has no readable name and version` })
    return node === null ? [] : [{ node: { ...node, line }, fields: fieldsOf(value) }]
  })
  const keys = new Set(entries.map(({ node }) => node.key))
  const linked = entries.map(({ node, fields }) => ({ ...node, needs: needsOf(fields, keys) }))
  const nodes = [...projectsOf(yaml, keys), ...linked]
  return { ok: true, inventory: inventoryOf({ file: file.path, ecosystem: 'npm', nodes, gaps }) }
}

const containers = ['packages', 'snapshots', 'importers']

/** Why the lists of a file are none, or are empty although something is asked for; null where they are as pnpm writes. */
function whyMisshapen(yaml: Fields): string | null {
  const wrong = containers.find((name) => (yaml.get(name) ?? null) !== null && !isMapping(yaml.get(name)))
  if (wrong !== undefined) return `has ${wrong} of another shape than pnpm writes`
  const isBare = fieldsOf(yaml.get('packages')).size + fieldsOf(yaml.get('snapshots')).size === 0
  const asks = importersOf(yaml).flatMap(([, project]) =>
    ['dependencies', 'optionalDependencies', 'devDependencies'].flatMap((kind) => [
      ...fieldsOf(fieldsOf(project).get(kind)).values(),
    ]),
  )
  const isElsewhere = (wanted: unknown): boolean => versionOf(wanted).startsWith('link:')
  return isBare && !asks.every(isElsewhere) ? 'asks for packages and lists none' : null
}

/** What is installed, from 9 on by its peers; a package without a snapshot is there all the same. */
function snapshotsIn(yaml: Fields, packages: Fields): Fields {
  if (!yaml.has('snapshots')) return packages
  const snapshots = fieldsOf(yaml.get('snapshots'))
  const known = new Set([...snapshots.keys()].flatMap((key) => [key, withoutPeers(key)]))
  return new Map([...snapshots, ...[...packages].filter(([key]) => !known.has(key))])
}

const withoutPeers = (key: string): string => key.replace(/\(.*$/s, '')

function nodeOf(key: string, about: Fields, own: Fields): DependencyNode | null {
  const inKey = nameAndVersionIn(key)
  const name = textOf(about.get('name')) ?? inKey?.name
  const version = textOf(about.get('version')) ?? inKey?.version
  if (!isPlainText(name) || !isPlainText(version)) return null
  const dev = about.get('dev') ?? own.get('dev')
  return dependencyNode({
    key,
    name,
    version,
    source: sourceOf(key, fieldsOf(about.get('resolution'))),
    isDev: typeof dev === 'boolean' ? dev : null,
  })
}

/** `/@scope/name/1.0.0_peer`, `/name@1.0.0(peer@2)` or `name@1.0.0`. */
function nameAndVersionIn(key: string): { name: string; version: string } | null {
  // In old files the host of another registry stands in front.
  const text = withoutPeers(key).replace(/^\/|^(?!github\.|gitlab\.|bitbucket\.)[\w-]+(?:\.[\w-]+)+\//, '')
  const [, name, version] = /^((?:@[^/@]+\/)?[^/@]+)[@/](.+)$/.exec(text) ?? []
  if (name === undefined || version === undefined) return null
  return { name, version: version.includes('/') ? '' : version.replace(/_.*$/, '') }
}

function sourceOf(key: string, resolution: Fields): ComponentSource {
  const tarball = textOf(resolution.get('tarball')) ?? ''
  if (resolution.get('type') === 'git' || tarball.startsWith('https://codeload.github.com/')) return 'git'
  if (resolution.get('type') === 'directory' || key.includes('file:') || tarball.startsWith('file:'))
    return 'path'
  return /^(?:github|gitlab|bitbucket)\.[a-z]+\//.test(key) ? 'git' : 'registry'
}

const importersOf = (yaml: Fields): [string, unknown][] =>
  yaml.has('importers') ? [...fieldsOf(yaml.get('importers'))] : [['.', Object.fromEntries(yaml)]]

const versionOf = (wanted: unknown): string => textOf(wanted) ?? textOf(fieldsOf(wanted).get('version')) ?? ''

/** The projects of the workspace, or the one that an old file describes at its top. */
function projectsOf(yaml: Fields, keys: ReadonlySet<string>): DependencyNode[] {
  return importersOf(yaml).map(([folder, value]) => {
    const fields = fieldsOf(value)
    const name = folder === '.' ? 'this project' : folder
    return dependencyNode({
      key: `importer:${folder}`,
      name,
      version: '',
      source: 'path',
      isRoot: true,
      needs: [...needsOf(fields, keys), ...needsIn(fields.get('devDependencies'), keys, true)],
    })
  })
}

const needsOf = (fields: Fields, keys: ReadonlySet<string>): Need[] =>
  ['dependencies', 'optionalDependencies'].flatMap((kind) => needsIn(fields.get(kind), keys, false))

const needsIn = (wanted: unknown, keys: ReadonlySet<string>, isDev: boolean): Need[] =>
  [...fieldsOf(wanted)].flatMap(([name, value]) => {
    const version = versionOf(value)
    const range = textOf(fieldsOf(value).get('specifier'))
    const key = [version, `/${name}/${version}`, `/${name}@${version}`, `${name}@${version}`].find((text) =>
      keys.has(text),
    )
    return key === undefined ? [] : [{ key, range, isDev }]
  })
