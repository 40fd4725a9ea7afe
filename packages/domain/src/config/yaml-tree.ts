import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Alias, Document, YAMLMap } from 'yaml'
import type { Problem, Span } from './problem.ts'

/** What a YAML file holds once positions are set aside. */
export type Plain = null | boolean | number | string | Plain[] | PlainMap
export interface PlainMap {
  [key: string]: Plain
}

/** Where a value stands in the tree: keys of maps and places in lists. */
export type TreePath = readonly (string | number)[]

export const isPlainMap = (value: Plain | undefined): value is PlainMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Limits of hostile input: all far above any real file. */
const NODES_MAX = 20_000
const DEPTH_MAX = 32
const SCALAR_LENGTH_MAX = 4096
const ALIASES_MAX = 100

/** Words that name something of every object: as keys they are never what they seem. */
export const RESERVED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Maps whose keys are other people's names, so that `x-` means nothing special in them. */
export const isMapOfForeignKeys = (key: string): boolean => key === 'headers'

/** Keys that this file leaves to people and their other tools. */
export const FREE_KEY_PATTERN = /^x-/

/** Walks the parsed nodes once, within the limits, and gathers data, places and problems. */
export class YamlTree {
  readonly spans = new Map<string, { key: Span; value: Span }>()
  readonly problems: Problem[] = []
  private readonly document: Document.Parsed
  private readonly place: (start: number, end: number) => Span
  private readonly report: (span: Span, message: string) => Problem
  private nodes = 0
  private aliases = 0
  private isRefused = false

  constructor(
    document: Document.Parsed,
    place: (start: number, end: number) => Span,
    report: (span: Span, message: string) => Problem,
  ) {
    this.document = document
    this.place = place
    this.report = report
  }

  read(node: unknown, path: TreePath, depth: number): Plain {
    this.nodes += 1
    if (this.nodes > NODES_MAX || depth > DEPTH_MAX) return this.refuseBulk()
    if (isAlias(node)) return this.readAlias(node, path, depth)
    const span = this.spanOf(node)
    const known = this.spans.get(JSON.stringify(path))
    this.spans.set(JSON.stringify(path), { key: known?.key ?? span, value: span })
    this.refuseTag(node, span)
    if (isMap(node)) return this.readMap(node, path, depth)
    if (isSeq(node)) return node.items.map((item, index) => this.read(item, [...path, index], depth + 1))
    return isScalar(node) ? this.readScalar(node.value, span) : null
  }

  private readAlias(alias: Alias, path: TreePath, depth: number): Plain {
    this.aliases += 1
    if (this.aliases > ALIASES_MAX) return this.refuseBulk()
    const target = alias.resolve(this.document)
    if (target !== undefined) return this.read(target, path, depth + 1)
    this.problems.push(this.report(this.spanOf(alias), `*${alias.source} points at no anchor`))
    return null
  }

  private readMap(map: YAMLMap, path: TreePath, depth: number): PlainMap {
    const result: PlainMap = Object.create(null)
    const foreign = isMapOfForeignKeys(String(path.at(-1)))
    for (const { key, value } of map.items) {
      const name = this.readKey(key)
      if (name === null || (FREE_KEY_PATTERN.test(name) && !foreign)) continue
      if (name in result) {
        this.problems.push(this.report(this.spanOf(key), `${[...path, name].join('.')} is written twice`))
        continue
      }
      const here = [...path, name]
      const span = this.spanOf(key)
      this.spans.set(JSON.stringify(here), { key: span, value: span })
      result[name] = this.read(value, here, depth + 1)
    }
    return result
  }

  /** Keys are text as written: `80` and `"80"` are the same port. */
  private readKey(key: unknown): string | null {
    const span = this.spanOf(key)
    if (!isScalar(key)) {
      this.problems.push(this.report(span, 'a key must be a plain word'))
      return null
    }
    const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
    if (name.length > 0 && name.length <= SCALAR_LENGTH_MAX && !RESERVED_KEYS.has(name)) return name
    const message = RESERVED_KEYS.has(name)
      ? `${name} is a reserved word and no key here`
      : 'a key must be a plain word'
    this.problems.push(this.report(span, message))
    return null
  }

  private readScalar(value: unknown, span: Span): Plain {
    if (typeof value === 'string' && value.length > SCALAR_LENGTH_MAX) {
      this.problems.push(this.report(span, `this text is longer than ${SCALAR_LENGTH_MAX} characters`))
      return null
    }
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
  }

  private refuseTag(node: unknown, span: Span): void {
    const tag = isMap(node) || isSeq(node) || isScalar(node) ? node.tag : undefined
    if (tag !== undefined)
      this.problems.push(this.report(span, 'tags (words that start with "!") are not used here'))
  }

  private refuseBulk(): null {
    const message = 'the file is too large once its aliases are followed, or nested too deeply'
    if (!this.isRefused) this.problems.push(this.report(this.place(0, 1), message))
    this.isRefused = true
    return null
  }

  private spanOf(node: unknown): Span {
    const range = isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range : null
    return this.place(range?.[0] ?? 0, range?.[1] ?? 1)
  }
}
