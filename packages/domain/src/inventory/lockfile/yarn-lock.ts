import type { ComponentSource, InventoryGap } from '../component.ts'
import { dependencyNode, inventoryOf, rooted } from '../dependency-graph.ts'
import type { DependencyNode, Need } from '../dependency-graph.ts'
import { ENTRIES_MAX, fieldsOf, isPlainText, textOf, tooLarge, unreadable } from './lockfile.ts'
import type { Fields, LockfileReading, LockfileText } from './lockfile.ts'
import { readYarnClassic } from './yarn-classic.ts'
import { linesOfKeys, readYamlLock } from './yaml-lock.ts'

/** One entry of either yarn, by every descriptor (`name@range`) that it answers. */
export interface YarnEntry {
  descriptors: readonly string[]
  fields: Fields
  line: number | null
}

/**
 * `yarn.lock` of yarn 1 and of yarn 2 and later. The first does not name the project, so ways begin at what nothing asks
 * for; neither tells development from the rest.
 */
export function readYarnLock(file: LockfileText): LockfileReading {
  const refused = tooLarge(file)
  if (refused !== null) return refused
  const isClassic = !/^__metadata:/m.test(file.text)
  const entries = isClassic ? readYarnClassic(file) : readBerry(file)
  if (!Array.isArray(entries)) return entries
  if (entries.length > ENTRIES_MAX)
    return unreadable(file.path, `holds ${entries.length} packages; at most ${ENTRIES_MAX} are read`)
  const gaps: InventoryGap[] = []
  const byDescriptor = new Map(
    entries.flatMap(({ descriptors }) => descriptors.map((text) => [text, descriptors[0] ?? ''])),
  )
  const nodes = entries.flatMap((entry) => {
    const node = nodeOf(entry, { byDescriptor, isClassic })
    if (node === null)
      gaps.push({
        file: file.path,
        line: entry.line,
        message: `${entry.descriptors[0]?.slice(0, 120) ?? 'an entry'} has no readable name and version`,
      })
    return node === null ? [] : [node]
  })
  return {
    ok: true,
    inventory: inventoryOf({ file: file.path, ecosystem: 'npm', nodes: rooted(nodes), gaps }),
  }
}

function readBerry(file: LockfileText): YarnEntry[] | LockfileReading {
  const yaml = readYamlLock(file)
  if (!(yaml instanceof Map)) return yaml as LockfileReading
  const lines = linesOfKeys(file.text)
  return [...(yaml as Fields)]
    .filter(([key]) => key !== '__metadata')
    .map(([key, value]) => ({
      descriptors: key.split(/,\s*/),
      fields: fieldsOf(value),
      line: lines.get(key) ?? null,
    }))
}

const nameIn = (descriptor: string): string => /^((?:@[^/@]+\/)?[^@/]+)@/.exec(descriptor)?.[1] ?? ''

function nodeOf(
  { descriptors, fields, line }: YarnEntry,
  { byDescriptor, isClassic }: { byDescriptor: ReadonlyMap<string, string>; isClassic: boolean },
): DependencyNode | null {
  const key = descriptors[0] ?? ''
  const called = nameIn(key)
  const origin = textOf(fields.get(isClassic ? 'resolved' : 'resolution')) ?? ''
  const name = isClassic ? aliasedName(key) || called : nameIn(origin)
  const version = fields.get('version')
  if (!isPlainText(name) || !isPlainText(version)) return null
  const isProject = origin.includes('@workspace:')
  return dependencyNode({
    key,
    name,
    version,
    source: isProject ? 'path' : sourceOf(origin, key),
    line,
    alias: called === name ? null : called,
    isRoot: isProject,
    needs: needsOf(fields, byDescriptor),
  })
}

/** Of yarn 1, whose `npm:` always makes an alias: `alias@npm:name@range`, or without a range. Later ones say it in their resolution. */
const aliasedName = (descriptor: string): string =>
  /@npm:((?:@[^/@]+\/)?[^@/]+)(?:@|$)/.exec(descriptor)?.[1] ?? ''

function sourceOf(origin: string, descriptor: string): ComponentSource {
  if (/(?:^|@)(?:git|git\+[a-z]+|ssh):|\.git(?:#|$)|codeload\.github\.com|#commit=/.test(origin)) return 'git'
  return /@(?:file|link|portal):/.test(origin) || /@(?:file|link|portal):/.test(descriptor)
    ? 'path'
    : 'registry'
}

const needsOf = (fields: Fields, byDescriptor: ReadonlyMap<string, string>): Need[] =>
  ['dependencies', 'optionalDependencies'].flatMap((kind) =>
    [...fieldsOf(fields.get(kind))].flatMap(([name, value]) => {
      const range = textOf(value)
      const key = [`${name}@${range}`, `${name}@npm:${range}`]
        .map((text) => byDescriptor.get(text))
        .find(Boolean)
      return key === undefined ? [] : [{ key, range, isDev: false }]
    }),
  )
