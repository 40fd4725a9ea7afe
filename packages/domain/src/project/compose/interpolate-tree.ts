import type { Findings, Place } from './findings.ts'
import { interpolate } from './interpolate.ts'
import type { Lookup } from './interpolate.ts'
import { withEntries } from './tree.ts'
import type { MapTree, ScalarTree, Tree } from './tree.ts'

/** All interpolated texts of one read together; a file of references to one long value would otherwise fill memory. */
export const MAX_INTERPOLATED_CHARS = 8 * 1024 * 1024

/** Interpolates every text value; keys and merge rules stay. Unset variables are told once each, where first used. */
export class TreeInterpolation {
  readonly #lookup: Lookup
  readonly #findings: Findings
  readonly #spent: { told: Set<string>; chars: number }

  constructor(lookup: Lookup, findings: Findings, spent = { told: new Set<string>(), chars: 0 }) {
    this.#lookup = lookup
    this.#findings = findings
    this.#spent = spent
  }

  /** The same with other variables, within the same bounds. */
  withLookup(lookup: Lookup): TreeInterpolation {
    return new TreeInterpolation(lookup, this.#findings, this.#spent)
  }

  map(tree: MapTree): MapTree {
    return this.#map(tree, [])
  }

  #map(tree: MapTree, path: readonly string[]): MapTree {
    return withEntries(
      tree,
      [...tree.entries].map(([key, entry]) => [
        key,
        { ...entry, value: this.#tree(entry.value, [...path, key]) },
      ]),
    )
  }

  #tree(tree: Tree, path: readonly string[]): Tree {
    if (tree.kind === 'map') return this.#map(tree, path)
    if (tree.kind === 'list') return { ...tree, items: tree.items.map((item) => this.#tree(item, path)) }
    return typeof tree.value === 'string' && tree.text.includes('$') ? this.#scalar(tree, path) : tree
  }

  #scalar(tree: ScalarTree, path: readonly string[]): ScalarTree {
    const { text, unset, failure } = interpolate(tree.text, this.#lookup)
    this.#spent.chars += text.length
    if (failure !== null) {
      this.#findings.problem(
        tree.at,
        failure,
        'Set the variable for this environment, or write $$ for a dollar sign.',
      )
    }
    if (this.#spent.chars > MAX_INTERPOLATED_CHARS) {
      const message = `interpolated texts grow past ${MAX_INTERPOLATED_CHARS} characters`
      this.#findings.problem({ ...tree.at, line: 1, col: 1 }, message, 'Use long values less often.')
      return { ...tree, value: '', text: '' }
    }
    // Nothing is ever built here, so what only a build asks for is nobody's to set.
    if (path[0] !== 'services' || path[2] !== 'build')
      for (const name of unset) this.#tellUnset(name, tree.at)
    return { ...tree, value: text, text }
  }

  #tellUnset(name: string, at: Place): void {
    if (this.#spent.told.has(name)) return
    this.#spent.told.add(name)
    const hint = `Set ${name} for this environment, or give a default: \${${name}:-…}.`
    this.#findings.unset(name, at, { message: `the variable ${name} is not set; it becomes empty`, hint })
  }
}
