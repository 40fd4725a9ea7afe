import { joinPath } from './host-path.ts'
import { each, inOrder, items, keys } from './long/forms.ts'
import type { Form } from './long/forms.ts'
import type { Findings } from './findings.ts'
import { childOf, isNull, textOf, textTree, withEntries } from './tree.ts'
import type { MapTree, Tree } from './tree.ts'

/** Where relative paths of a file start, and where `~` is. */
export interface Base {
  /** Absolute. */
  folder: string
  /** Absolute; null where it cannot be known, as on another host. Then `~` stays. */
  home: string | null
}

/**
 * Makes the relative paths of one file in long form absolute, so that they mean the same wherever its services are
 * merged, extended or included. Which keys hold paths is what Docker Compose takes for such.
 */
export function withAbsolutePaths(file: MapTree, base: Base, findings: Findings): MapTree {
  const changed = formFor(base)(file, findings)
  return changed.kind === 'map' ? changed : file
}

/** A place that the builder fetches or finds elsewhere. */
const isRemote = (text: string): boolean =>
  text.includes('://') || /^(service:|github\.com\/|git@)/.test(text)

const isWindowsPath = (text: string): boolean => /^([A-Za-z]:[\\/]|\\\\)/.test(text)

function formFor(base: Base): Form {
  const path: Form = (tree) => movedText(tree, (text) => (isWindowsPath(text) ? text : absolute(text, base)))
  const context: Form = (tree) =>
    movedText(tree, (text) => (text === '' || isRemote(text) ? text : absolute(text, base)))
  const only: Form = (tree, findings) => (textOf(tree) === '' ? tree : path(tree, findings))
  const service = keys({
    build: keys({ context, additional_contexts: each(context), ssh: each(only) }),
    env_file: items(keys({ path: only })),
    label_file: items(only),
    develop: keys({ watch: items(keys({ path: only })) }),
    volumes: items((mount, findings) =>
      textOf(childOf(mount, 'type')) === 'bind' ? keys({ source: path })(mount, findings) : mount,
    ),
  })
  return keys({
    services: each(service),
    configs: each(keys({ file: path })),
    secrets: each(keys({ file: path })),
    volumes: each(boundVolume(path)),
  })
}

/** A volume of the local driver that binds a folder of the host. */
const boundVolume =
  (path: Form): Form =>
  (tree, findings) => {
    const options = childOf(tree, 'driver_opts')
    const isBound = textOf(childOf(tree, 'driver')) === 'local' && textOf(childOf(options, 'o')) === 'bind'
    return isBound ? inOrder(keys({ driver_opts: keys({ device: path }) }))(tree, findings) : tree
  }

function movedText(tree: Tree, move: (text: string) => string): Tree {
  if (tree.kind !== 'scalar' || isNull(tree)) return tree
  const moved = move(tree.text)
  return moved === tree.text ? tree : { ...textTree(tree.at, moved), ...(tree.rule && { rule: tree.rule }) }
}

export function absolute(text: string, { folder, home }: Base): string {
  if (text.startsWith('~')) return home === null ? text : joinPath('/', `${home}/${text.slice(1)}`)
  return text.startsWith('/') ? text : joinPath(folder, text)
}

/** A service that is built without saying from where is built from the folder of its file; `folder` is absolute. */
export function withBuildContexts(file: MapTree, { folder }: Base, findings: Findings): MapTree {
  const build: Form = (tree) => {
    const context = childOf(tree, 'context')
    if (tree.kind !== 'map' || (context !== undefined && !isNull(context))) return tree
    return withEntries(tree, [
      ...tree.entries,
      ['context', { at: tree.at, value: textTree(tree.at, folder) }],
    ])
  }
  const changed = keys({ services: each(keys({ build })) })(file, findings)
  return changed.kind === 'map' ? changed : file
}
