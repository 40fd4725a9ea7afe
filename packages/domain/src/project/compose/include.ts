import { parseEnvFiles } from './env-file.ts'
import type { Findings } from './findings.ts'
import { folderOf, joinPath } from './host-path.ts'
import type { Lookup } from './interpolate.ts'
import { mayRead, writtenPath } from './layout.ts'
import type { Layout } from './layout.ts'
import { tellMissing } from './load-files.ts'
import type { ComposeFile } from './load-files.ts'
import { mergeParts } from './merge.ts'
import { childOf, itemsOf, mapTree, textOf, toPlain, withEntries } from './tree.ts'
import type { Entry, MapTree, Tree } from './tree.ts'
import { textsIn } from './scalars.ts'

export const SECTIONS = ['services', 'networks', 'volumes', 'secrets', 'configs', 'models'] as const

/** Files that are merged into one model, with what they can see. */
export interface Group {
  files: readonly ComposeFile[]
  /** Where relative paths of all of them start, as messages name files. */
  folder: string
  lookup: Lookup
}

export interface Including {
  layout: Layout
  findings: Findings
  /** Text of a file among the project's; null where there is none. */
  textOf: (path: string) => string | null
  /** Reads a group as a model of its own; null where that failed, which was told. */
  open: (group: Group) => MapTree | null
}

/** Copies what included models define into a file: its own definitions are laid over theirs. */
export function resolveIncludes(tree: MapTree, group: Group, including: Including): MapTree {
  const included = itemsOf(childOf(tree, 'include')).flatMap((item) => {
    const inner = groupOf(item, group, including)
    return inner === null ? [] : (including.open(inner) ?? [])
  })
  const whole = included.reduce((result, model) => copied(model, result), mapTree(tree.at, []))
  const own = [...tree.entries].filter(([key]) => key !== 'include')
  return copied(whole, withEntries(tree, own))
}

function groupOf(item: Tree, group: Group, including: Including): Group | null {
  const { layout, findings } = including
  const written = childOf(item, 'path')
  const paths = written?.kind === 'list' ? textsIn(written) : [textOf(written) ?? '']
  if (paths.length === 0 || paths.some((path) => path === '' || isRemote(path))) {
    const message = 'this include cannot be honoured: only files of the project are read'
    findings.problem(item.at, message, 'Copy the file into the project, and include it by its path.')
    return null
  }
  const files = paths.flatMap(
    (text) => fileAt(writtenPath(layout, group.folder, text), item, including) ?? [],
  )
  if (files.length < paths.length) return null
  const folderText = textOf(childOf(item, 'project_directory')) ?? ''
  const folder =
    folderText === '' ? folderOf(files[0]?.path ?? '') : writtenPath(layout, group.folder, folderText)
  const variables = variablesOf(item, { folder, group }, including)
  return { files, folder, lookup: (name) => group.lookup(name) ?? variables.get(name) }
}

/** Files behind an address, which Docker Compose would fetch. */
const isRemote = (path: string): boolean => /^[a-z][a-z0-9+.-]*:|^git@|^github\.com\//.test(path)

function fileAt(path: string, item: Tree, { layout, textOf: read, findings }: Including): ComposeFile | null {
  const text = mayRead(layout, path) ? read(path) : null
  if (text === null) tellMissing(path, item, findings)
  return text === null ? null : { path, text }
}

/** Variables of the included files alone: theirs where `env_file` says so, else the `.env` beside them. */
function variablesOf(
  item: Tree,
  { folder, group }: { folder: string; group: Group },
  including: Including,
): Map<string, string> {
  const { layout, findings, textOf: read } = including
  const written = childOf(item, 'env_file')
  const texts =
    written?.kind === 'list' ? textsIn(written) : [textOf(written) ?? ''].filter((text) => text !== '')
  const files =
    texts.length > 0
      ? texts
          .filter((text) => text !== '/dev/null')
          .flatMap((text) => fileAt(writtenPath(layout, group.folder, text), item, including) ?? [])
      : [{ path: joinPath(folder, '.env'), text: read(joinPath(folder, '.env')) }]
  const known = files.flatMap(({ path, text }) => (text === null ? [] : [{ path, text }]))
  return parseEnvFiles(known, group.lookup, findings)
}

/** What one model defines, under what the other does; the same thing reached on two ways is one thing. */
function copied(from: MapTree, into: MapTree): MapTree {
  const sections = SECTIONS.flatMap((section): [string, Entry][] => {
    const source = childOf(from, section)
    if (source?.kind !== 'map') return []
    const own = childOf(into, section)
    const entries = new Map(source.entries)
    for (const [name, entry] of own?.kind === 'map' ? own.entries : []) {
      entries.set(name, { ...entry, value: laidOver(entries.get(name)?.value, entry.value, section) })
    }
    return [[section, { at: own?.at ?? source.at, value: withEntries(source, entries) }]]
  })
  return withEntries(into, [...into.entries, ...sections])
}

function laidOver(base: Tree | undefined, over: Tree, section: string): Tree {
  if (base?.kind !== 'map' || over.rule !== undefined) return over
  if (over.kind !== 'map') return base
  return JSON.stringify(toPlain(base)) === JSON.stringify(toPlain(over))
    ? over
    : mergeParts(base, over, section)
}
