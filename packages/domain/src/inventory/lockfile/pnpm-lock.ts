import type { ComponentSource, InventoryGap } from '../component.ts'
import { dependencyNode, inventoryOf } from '../dependency-graph.ts'
import type { DependencyNode, Need } from '../dependency-graph.ts'
import { ENTRIES_MAX, fieldsOf, isPlainText, textOf, unreadable } from './lockfile.ts'
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
  const packages = fieldsOf(yaml.get('packages'))
  const snapshots = yaml.has('snapshots') ? fieldsOf(yaml.get('snapshots')) : packages
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

/** The projects of the workspace, or the one that an old file describes at its top. */
function projectsOf(yaml: Fields, keys: ReadonlySet<string>): DependencyNode[] {
  const importers = yaml.has('importers')
    ? fieldsOf(yaml.get('importers'))
    : new Map([['.', Object.fromEntries(yaml)]])
  return [...importers].map(([folder, value]) => {
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
    const version = textOf(value) ?? textOf(fieldsOf(value).get('version')) ?? ''
    const range = textOf(fieldsOf(value).get('specifier'))
    const key = [version, `/${name}/${version}`, `/${name}@${version}`, `${name}@${version}`].find((text) =>
      keys.has(text),
    )
    return key === undefined ? [] : [{ key, range, isDev }]
  })
