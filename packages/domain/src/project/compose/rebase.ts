import { joinPath, relativeFolder } from './host-path.ts'
import { textTree, withEntries } from './tree.ts'
import type { Entry, MapTree, Tree } from './tree.ts'
import { parseVolumeText } from './volume-text.ts'

/** Rewrites the relative paths of a service written in one folder so that they mean the same from another. */
export function rebased(service: MapTree, from: string, to: string): MapTree {
  const folder = relativeFolder(to, from)
  const move = (path: string): string => dotted(joinPath(folder, path))
  return withEntries(
    service,
    [...service.entries].map(([key, entry]): [string, Entry] => [
      key,
      { ...entry, value: moved(key, entry.value, move) },
    ]),
  )
}

/** A source without a leading dot or slash would be read as the name of a volume. */
const dotted = (path: string): string => (/^[./~]/.test(path) ? path : `./${path}`)

type Move = (path: string) => string

function moved(key: string, value: Tree, move: Move): Tree {
  if (value.kind !== 'list') return value
  if (key === 'volumes') return { ...value, items: value.items.map((item) => movedVolume(item, move)) }
  if (key !== 'env_file' && key !== 'label_file') return value
  return {
    ...value,
    items: value.items.map((item) =>
      item.kind === 'map' ? movedKey(item, 'path', move) : movedText(item, move),
    ),
  }
}

function movedVolume(item: Tree, move: Move): Tree {
  if (item.kind === 'map') return isBind(item) ? movedKey(item, 'source', move) : item
  if (item.kind !== 'scalar') return item
  const volume = parseVolumeText(item.text)
  if (volume?.source?.startsWith('.') !== true) return item
  const options = volume.options.length === 0 ? '' : `:${volume.options.join(',')}`
  return textTree(item.at, `${move(volume.source)}:${volume.target}${options}`)
}

const isBind = (item: MapTree): boolean => {
  const type = item.entries.get('type')?.value
  return type?.kind === 'scalar' && type.text === 'bind'
}

function movedKey(item: MapTree, key: string, move: Move): MapTree {
  const entry = item.entries.get(key)
  if (entry === undefined) return item
  return withEntries(item, [...item.entries, [key, { ...entry, value: movedText(entry.value, move) }]])
}

const movedText = (tree: Tree, move: Move): Tree =>
  tree.kind === 'scalar' && !tree.text.startsWith('/') && !tree.text.startsWith('~')
    ? textTree(tree.at, move(tree.text))
    : tree
