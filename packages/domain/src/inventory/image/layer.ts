import type { FileReading } from './image-file.ts'

/** What one layer of an image holds, as far as it says what is installed. Paths have no slash at their beginning. */
export interface Layer {
  files: ReadonlyMap<string, LayerFile>
  /** Every path that is no folder: it takes the place of whatever lower layers have there, a whole folder too. */
  occupied: ReadonlySet<string>
  /** Paths that are taken away from lower layers, with everything below them. */
  whiteouts: ReadonlySet<string>
  /** Folders of which nothing of lower layers is left. */
  opaque: ReadonlySet<string>
  /** Wanted files that are links, with the path they lead to. */
  links: ReadonlyMap<string, string>
  /** Why this layer is known in part only. */
  problems: readonly string[]
}

export interface LayerFile extends FileReading {
  isDatabase: boolean
}

/** A file of the image as it runs, with the layer, from 0 at the bottom, that put it there. */
export interface SurvivingFile {
  path: string
  layer: number
  file: LayerFile
  /** The same path in the layers below, newest first, as long as nothing took it away between. */
  before: readonly { layer: number; file: LayerFile }[]
}

export interface MergedImage {
  files: readonly SurvivingFile[]
  /** Wanted files whose content is not known, since it stands at a path that was not read. */
  lost: readonly { path: string; target: string; layer: number }[]
}

/** Lays layers over each other, lowest first, as the image specification says: a whiteout hides lower layers, never its own. */
export function mergeLayers(layers: readonly Layer[]): MergedImage {
  const files = new Map<string, SurvivingFile>()
  const links = new Map<string, { target: string; layer: number }>()
  for (const [at, layer] of layers.entries()) {
    const hides = hidingOf(layer)
    // A file that the layer brings again stays for now: it may be a database, of which the former states tell more.
    const isGone = (path: string): boolean =>
      hides(path) || (layer.occupied.has(path) && !layer.files.has(path))
    for (const path of [...files.keys()].filter(isGone)) files.delete(path)
    for (const path of [...links.keys()].filter((own) => isGone(own) || layer.files.has(own)))
      links.delete(path)
    for (const [path, file] of layer.files)
      files.set(path, survivor(path, { file, at, below: files.get(path) }))
    for (const [path, target] of layer.links) links.set(path, { target, layer: at })
  }
  const lost = [...links].flatMap(([path, { target, layer }]) =>
    files.has(target) ? [] : [{ path, target, layer }],
  )
  return { files: [...files.values()], lost }
}

function survivor(
  path: string,
  { file, at, below }: { file: LayerFile; at: number; below: SurvivingFile | undefined },
): SurvivingFile {
  const before =
    below === undefined || !file.isDatabase ? [] : [{ layer: below.layer, file: below.file }, ...below.before]
  return { path, layer: at, file, before }
}

/** Whether a layer hides a path of the layers below it by a whiteout, or by something that is no folder above the path. */
function hidingOf({ occupied, whiteouts, opaque }: Layer): (path: string) => boolean {
  return (path) => {
    if (whiteouts.has(path) || opaque.has('')) return true
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end)
      if (whiteouts.has(folder) || opaque.has(folder) || occupied.has(folder)) return true
    }
    return false
  }
}
