import type { ComponentSource, InventoryGap } from '../component.ts'
import { dependencyNode, inventoryOf } from '../dependency-graph.ts'
import type { DependencyNode, Need } from '../dependency-graph.ts'
import { ENTRIES_MAX, fieldsOf, isMapping, isPlainText, textOf, tooLarge, unreadable } from './lockfile.ts'
import type { Fields, LockfileReading, LockfileText } from './lockfile.ts'
import { packagesOfVersionOne } from './package-lock-one.ts'

/**
 * `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3. Entries are places in `node_modules`; who gets which
 * copy follows from Node's own way of looking upwards. An alias (`npm:`) counts under the name in the registry.
 */
export function readPackageLock(file: LockfileText): LockfileReading {
  const json = tooLarge(file) ?? parsed(file)
  if (!(json instanceof Map)) return json as LockfileReading
  const version = json.get('lockfileVersion')
  if (typeof version !== 'number' || ![1, 2, 3].includes(version))
    return unreadable(file.path, `has the lockfileVersion ${String(version)}; 1, 2 and 3 are known`)
  const places = placesIn(json)
  if (typeof places === 'string') return unreadable(file.path, places)
  if (places.size > ENTRIES_MAX)
    return unreadable(file.path, `holds ${places.size} packages; at most ${ENTRIES_MAX} are read`)
  const gaps: InventoryGap[] = []
  const lines = lineOfPlaces(file.text)
  const nodes = [...places].flatMap(([place, value]) => {
    const node = nodeAt(place, fieldsOf(value), places)
    const line = lines.get(place) ?? null
    if (node === null)
      gaps.push({ file: file.path, line, message: `${shown(place)} has no readable name and version` })
    return node === null ? [] : [{ ...node, line }]
  })
  return { ok: true, inventory: inventoryOf({ file: file.path, ecosystem: 'npm', nodes, gaps }) }
}

/** Every place in `node_modules`, by whichever of the two lists is there; a reason where neither says anything. */
function placesIn(json: Fields): Fields | string {
  const [packages, dependencies] = [json.get('packages'), json.get('dependencies')]
  if (packages === undefined && dependencies === undefined)
    return 'holds neither packages nor dependencies, so it is no package-lock'
  for (const [name, list] of Object.entries({ packages, dependencies }))
    if (list !== undefined && !isMapping(list)) return `has ${name} of another shape than npm writes`
  if (packages === undefined) return packagesOfVersionOne(json)
  const places = fieldsOf(packages)
  const isBare = ![...places.keys()].some((place) => place.includes(folder))
  return isBare && fieldsOf(dependencies).size > 0
    ? 'lists nothing in packages and something in dependencies'
    : places
}

function parsed({ path, text }: LockfileText): Fields | LockfileReading {
  try {
    return fieldsOf(JSON.parse(text.replace(/^\uFEFF/, '')))
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return unreadable(path, `is no JSON: ${thrown.message.slice(0, 120)}`)
    if (thrown instanceof RangeError) return unreadable(path, 'is nested too deeply')
    throw thrown
  }
}

const folder = 'node_modules/'
const shown = (place: string): string => place.slice(0, 120)

/** The entry at a place; null where it cannot be read. */
function nodeAt(place: string, fields: Fields, places: Fields): DependencyNode | null {
  const at = place.lastIndexOf(folder)
  if (at === -1) return projectAt(place, fields, places)
  const called = place.slice(at + folder.length)
  const name = textOf(fields.get('name')) ?? called
  // A folder within a package, or anything else that npm would not install under a name.
  if (!isPlainText(name) || !/^(?:@[^/@]+\/)?[^/@]+$/.test(name)) return null
  if (fields.get('link') === true) return linkAt(place, name, { fields, places })
  const version = fields.get('version') ?? commitOf(textOf(fields.get('resolved')))
  if (!isPlainText(version)) return null
  return dependencyNode({
    key: place,
    name,
    version,
    source: sourceOf(textOf(fields.get('resolved')) ?? '', version),
    alias: called === name ? null : called,
    // `devOptional` is needed to develop, or optional to run: the graph knows.
    isDev: fields.get('dev') === true ? true : null,
    needs: needsAt(place, fields, places),
  })
}

/** What comes from a repository need not say a version: then its commit is one. */
const commitOf = (resolved: string | null): string | null =>
  /^git.*#([0-9a-f]{7,64})$/.exec(resolved ?? '')?.[1] ?? null

/** The project itself, or a member of its workspace; it may have no version. */
function projectAt(place: string, fields: Fields, places: Fields): DependencyNode | null {
  const name = textOf(fields.get('name')) ?? (place || 'this project')
  const version = textOf(fields.get('version') ?? '')
  if (version === null) return null
  const needs = needsAt(place, fields, places)
  return dependencyNode({ key: place, name, version, source: 'path', isRoot: true, needs })
}

/** A link passes on to the member of the workspace that it leads to; null where that is not listed. */
function linkAt(
  place: string,
  name: string,
  { fields, places }: { fields: Fields; places: Fields },
): DependencyNode | null {
  const target = textOf(fields.get('resolved')) ?? ''
  if (!places.has(target)) return null
  const isMember = places.has(target) && !target.includes(folder)
  const needs = isMember ? [{ key: target, range: null, isDev: false }] : []
  return dependencyNode({ key: place, name, version: '', source: 'path', needs })
}

function sourceOf(resolved: string, version: string): ComponentSource {
  const text = /^[a-z+]+:/.test(version) ? version : resolved
  if (/^git(?:\+|:)|^git@|^github:/.test(text)) return 'git'
  return text.startsWith('file:') ? 'path' : 'registry'
}

const kindsOfNeed = [
  ['dependencies', false],
  ['optionalDependencies', false],
  ['peerDependencies', false],
  ['devDependencies', true],
] as const

const needsAt = (place: string, fields: Fields, places: Fields): Need[] =>
  kindsOfNeed.flatMap(([kind, isDev]) =>
    [...fieldsOf(fields.get(kind))].flatMap(([name, range]) => {
      const key = foundFrom(place, name, places)
      return key === null ? [] : [{ key, range: textOf(range), isDev }]
    }),
  )

/** The copy that `require(name)` finds from a place: beside it, or in the nearest folder above. */
function foundFrom(place: string, name: string, places: Fields): string | null {
  for (let from = place; ; from = above(from)) {
    const key = from === '' ? `${folder}${name}` : `${from}/${folder}${name}`
    if (places.has(key)) return key
    if (from === '') return null
  }
}

function above(place: string): string {
  const at = place.lastIndexOf(`/${folder}`)
  return at === -1 ? '' : place.slice(0, at)
}

/** Where each place stands. Only a line that begins an object counts, so a text that holds a name misleads nobody. */
function lineOfPlaces(text: string): Map<string, number> {
  const lines = new Map<string, number>()
  for (const [at, row] of text.split('\n').entries()) {
    const place = /^\s*"([^"\\]+)":\s*\{/.exec(row)?.[1]
    if (place !== undefined && !lines.has(place)) lines.set(place, at + 1)
  }
  return lines
}
