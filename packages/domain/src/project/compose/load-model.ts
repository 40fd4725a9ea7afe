import { withBuildContexts } from './absolute-paths.ts'
import { resolveExtends } from './extends.ts'
import type { Findings } from './findings.ts'
import { resolveIncludes } from './include.ts'
import type { Group } from './include.ts'
import { TreeInterpolation } from './interpolate-tree.ts'
import type { Lookup } from './interpolate.ts'
import { folderOnHost } from './layout.ts'
import type { Layout } from './layout.ts'
import { FileLoader, hasTooMany } from './load-files.ts'
import { each, keys } from './long/forms.ts'
import { mergeFiles, settled } from './merge.ts'
import { isNull, textTree } from './tree.ts'
import type { MapTree } from './tree.ts'
import { validateSchema } from './validate-schema.ts'

/** Includes may include: this deep, and so many models in all. */
const MAX_DEPTH = 10
const MAX_MODELS = 100

export interface Loading {
  layout: Layout
  findings: Findings
  /** Text of a file among the project's; null where there is none. */
  textOf: (path: string) => string | null
}

/**
 * Reads files with all they include and extend into one tree, in long form, with absolute paths. Null where one could not
 * be read at all, so that the rest would only give follow-up problems.
 */
export function loadModel(group: Group, loading: Loading): MapTree | null {
  const interpolation = new TreeInterpolation(group.lookup, loading.findings)
  return new ModelLoader(loading, interpolation).load(group, [])
}

class ModelLoader {
  readonly #loading: Loading
  readonly #interpolation: TreeInterpolation
  #models = 0

  constructor(loading: Loading, interpolation: TreeInterpolation) {
    this.#loading = loading
    this.#interpolation = interpolation
  }

  load(group: Group, chain: readonly Group[]): MapTree | null {
    const { layout, findings, textOf } = this.#loading
    if (!this.#isAllowed(group, chain)) return null
    const interpolation = this.#interpolation.withLookup(group.lookup)
    const loader = new FileLoader({ ...group, layout, otherFile: textOf, interpolation, findings })
    const sources = loader.given()
    const within = [...chain, group]
    const open = (inner: Group): MapTree | null => {
      const model = this.load(inner, within)
      return model === null ? null : withVariables(model, inner.lookup, findings)
    }
    const resolved = sources.map((source) => {
      const tree = resolveIncludes(source.tree, group, { layout, findings, textOf, open })
      return resolveExtends({ ...source, tree }, { load: loader.load, layout, findings })
    })
    const [first, ...others] = resolved
    if (first === undefined || sources.length < group.files.length) return null
    const merged = others.reduce(mergeFiles, settled(first))
    if (hasTooMany(merged, findings)) return null
    validateSchema(merged, findings)
    return withBuildContexts(
      merged,
      { folder: folderOnHost(layout, group.folder), home: layout.home },
      findings,
    )
  }

  #isAllowed(group: Group, chain: readonly Group[]): boolean {
    const at = { file: group.files[0]?.path ?? 'compose file', line: 1, col: 1 }
    this.#models += 1
    const { findings } = this.#loading
    const open = new Set(chain.flatMap(({ files }) => files.map(({ path }) => path)))
    if (open.has(at.file)) {
      findings.problem(at, `${at.file} includes itself`, 'Take one include out of the circle.')
      return false
    }
    if (this.#models <= MAX_MODELS && chain.length <= MAX_DEPTH) return true
    const message = `more than ${MAX_MODELS} files are included, or deeper than ${MAX_DEPTH}`
    findings.problem(at, message, 'Include each file once, and from few levels.')
    return false
  }
}

/** Variables that included services take from their surroundings: those of the include, which the rest does not see. */
function withVariables(model: MapTree, lookup: Lookup, findings: Findings): MapTree {
  const environment = keys({
    services: each(
      keys({
        environment: (tree) => {
          if (tree.kind !== 'map') return tree
          const entries = [...tree.entries].map(([name, entry]) => {
            const value = isNull(entry.value) ? lookup(name) : undefined
            return [
              name,
              value === undefined ? entry : { ...entry, value: textTree(entry.at, value) },
            ] as const
          })
          return { ...tree, entries: new Map(entries) }
        },
      }),
    ),
  })
  const changed = environment(model, findings)
  return changed.kind === 'map' ? changed : model
}
