import { withAbsolutePaths } from './absolute-paths.ts'
import type { LoadFile, SourceFile } from './extends.ts'
import type { Findings } from './findings.ts'
import { cleanPath, folderOf } from './host-path.ts'
import type { TreeInterpolation } from './interpolate-tree.ts'
import { folderOnHost, mayRead } from './layout.ts'
import type { Layout } from './layout.ts'
import { withTruths } from './long/truths.ts'
import { withLongForms } from './long/long-forms.ts'
import { parseYaml } from './parse-yaml.ts'
import { childOf, entriesOf } from './tree.ts'
import type { MapTree, Tree } from './tree.ts'
import { validateSchema } from './validate-schema.ts'

export interface ComposeFile {
  /** As messages name it; relative to the folder of `towpath.yaml`. */
  path: string
  text: string
}

/** More than any host runs; keeps what each service costs from adding up. */
export const MAX_SERVICES = 200

interface Sources {
  /** Files of one group, which are merged: relative paths in all of them start at `folder`. */
  files: readonly ComposeFile[]
  folder: string
  layout: Layout
  /** Text of another file that `extends` names; `path` is like those of `files`. */
  otherFile: (path: string) => string | null
  interpolation: TreeInterpolation
  findings: Findings
}

/** Reads each file once: parsed, interpolated, held against the schema, in long form, with absolute paths. */
export class FileLoader {
  readonly #sources: Sources
  readonly #loaded = new Map<string, SourceFile | null>()

  constructor(sources: Sources) {
    this.#sources = sources
  }

  /** The files that are merged, in order. */
  given(): SourceFile[] {
    return this.#sources.files.flatMap((file) => this.#read(file, this.#sources.folder) ?? [])
  }

  /** A file that `extends` names: one of the given ones, or another of the project. */
  readonly load: LoadFile = (path, from) => {
    const given = this.#sources.files.find((file) => cleanPath(file.path) === path)
    if (given !== undefined) return this.#read(given, this.#sources.folder)
    const known = this.#loaded.get(path)
    if (known !== undefined) return known
    const text = mayRead(this.#sources.layout, path) ? this.#sources.otherFile(path) : null
    if (text !== null) return this.#read({ path, text }, folderOf(path))
    tellMissing(path, from, this.#sources.findings)
    return null
  }

  #read(file: ComposeFile, folder: string): SourceFile | null {
    const known = this.#loaded.get(file.path)
    if (known !== undefined) return known
    const { findings, interpolation, layout } = this.#sources
    const parsed = parseYaml(file, findings)
    const tree = parsed === null ? null : withTruths(interpolation.map(parsed), findings)
    if (tree !== null) validateSchema(tree, findings, 'part')
    let source: SourceFile | null = null
    if (tree !== null && !hasTooMany(tree, findings)) {
      const base = { folder: folderOnHost(layout, folder), home: layout.home }
      source = {
        path: file.path,
        folder,
        tree: withAbsolutePaths(withLongForms(tree, findings), base, findings),
      }
    }
    this.#loaded.set(file.path, source)
    return source
  }
}

export function tellMissing(path: string, { at }: Tree, findings: Findings): void {
  const hint = 'Only files of the project are read: check the path, and that it is committed.'
  findings.problem(at, `the file "${path}" does not exist in the project`, hint)
}

/** Tells a file, or all of them merged, that defines more services than are read. */
export function hasTooMany(file: MapTree, findings: Findings): boolean {
  const services = childOf(file, 'services')
  const count = entriesOf(services).length
  if (services === undefined || count <= MAX_SERVICES) return false
  findings.problem(
    services.at,
    `${count} services are defined; at most ${MAX_SERVICES} are read`,
    'Split the project.',
  )
  return true
}
