import { resolveExtends } from './extends.ts'
import type { LoadFile, SourceFile } from './extends.ts'
import type { Findings } from './findings.ts'
import { cleanPath, folderOf, joinPath } from './host-path.ts'
import { childOf, entriesOf, itemsOf, textOf, withEntries } from './tree.ts'
import type { Entry, MapTree, Tree } from './tree.ts'

const SECTIONS = ['services', 'networks', 'volumes', 'secrets', 'configs'] as const
const MAX_CHAIN = 10

interface Including {
  load: LoadFile
  findings: Findings
}

/**
 * Copies what included files define into the file. Only the simple form is honoured: one path in the same folder, so
 * that relative paths and variables mean the same in both. Everything else is a problem, never a guess.
 */
export function resolveIncludes(
  file: SourceFile,
  including: Including,
  chain: readonly string[] = [],
): MapTree {
  let result = file.tree
  for (const item of itemsOf(childOf(file.tree, 'include'))) {
    const included = includedBy(item, file.folder, including)
    if (included === null) continue
    if (chain.includes(included.path) || chain.length > MAX_CHAIN) {
      including.findings.problem(
        item.at,
        `${included.path} includes itself`,
        'Take one include out of the circle.',
      )
      continue
    }
    result = copied(
      resolveIncludes(included, including, [...chain, included.path]),
      result,
      including.findings,
    )
  }
  return result
}

function includedBy(item: Tree, folder: string, { load, findings }: Including): SourceFile | null {
  const paths = itemsOf(childOf(item, 'path'))
  const text = textOf(item) ?? textOf(childOf(item, 'path')) ?? (paths.length === 1 ? textOf(paths[0]) : null)
  const extra = entriesOf(item).find(([key]) => key !== 'path')
  const path = text === null ? null : joinPath(folder, text)
  if (path === null || extra !== undefined || folderOf(path) !== cleanPath(folder)) {
    const message =
      'this include cannot be honoured: only one file from the same folder, without further keys, is read'
    findings.problem(
      item.at,
      message,
      'List the file beside the others in towpath.yaml instead; files are merged in order.',
    )
    return null
  }
  const included = load(path, item)
  return included === null ? null : { ...included, tree: resolveExtends(included, { load, findings }) }
}

function copied(from: MapTree, into: MapTree, findings: Findings): MapTree {
  const sections = SECTIONS.flatMap((section): [string, Entry][] => {
    const source = childOf(from, section)
    if (source?.kind !== 'map') return []
    const target = childOf(into, section)
    for (const [name, entry] of source.entries) {
      const other = target?.kind === 'map' ? target.entries.get(name) : undefined
      if (other === undefined) continue
      const message = `${section}.${name} is also defined in the included ${entry.at.file}:${entry.at.line}`
      findings.problem(
        other.at,
        message,
        'Included files may only add; use a second compose file to change something.',
      )
    }
    const own = target?.kind === 'map' ? [...target.entries] : []
    return [[section, { at: source.at, value: withEntries(source, [...source.entries, ...own]) }]]
  })
  return withEntries(into, [...into.entries, ...sections])
}
