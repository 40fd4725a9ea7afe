import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Alias, Node, Pair, Scalar, YAMLError, YAMLMap, YAMLSeq } from 'yaml'
import type { Findings, Place } from './findings.ts'
import { plainScalar } from './plain-scalar.ts'
import { listTree, mapTree, nullTree, textTree } from './tree.ts'
import type { Entry, MapTree, MergeRule, Tree } from './tree.ts'
import { yamlDocument } from './yaml-document.ts'

/** Real compose files hold tens of kilobytes; parsing this much takes about a second of one core. */
export const MAX_FILE_BYTES = 512 * 1024
/** Nodes once aliases are written out: what stops a file that doubles itself line by line. */
export const MAX_NODES = 50_000
export const MAX_DEPTH = 64
/** The schema compares all items of a list with each other. */
export const MAX_ITEMS = 5_000

/** Ends the walk over a document that would grow past its bounds; becomes one problem. */
class TooMuch extends Error {}

/** Reads one YAML document whose root is a map. Every fault becomes a problem at its place; then the answer is null. */
export function parseYaml(file: { path: string; text: string }, findings: Findings): MapTree | null {
  const start: Place = { file: file.path, line: 1, col: 1 }
  const bytes = new TextEncoder().encode(file.text).length
  if (bytes > MAX_FILE_BYTES) {
    findings.problem(
      start,
      `the file has ${bytes} bytes; at most ${MAX_FILE_BYTES} are read`,
      'Move large contents into files of their own.',
    )
    return null
  }
  const { document, lines } = yamlDocument(file.text)
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file: file.path, line: Math.max(line, 1), col: Math.max(col, 1) }
  }
  // What follows the first fault is read in another sense than was meant: a stray bracket alone gives a hundred.
  const [fault] = document.errors.toSorted((a, b) => a.pos[0] - b.pos[0])
  if (fault !== undefined) {
    findings.problem(placeAt(fault.pos[0]), ...inPlainWords(fault))
    return null
  }
  return rootOf(document.contents, new Walk(findings, placeAt), start)
}

function rootOf(contents: Node | null, walk: Walk, start: Place): MapTree | null {
  if (contents === null) return mapTree(start, [])
  try {
    const root = walk.tree(contents, 0)
    if (root.kind === 'map') return root
    walk.findings.problem(root.at, 'a compose file must be a map of sections', 'Start it with "services:".')
  } catch (thrown) {
    if (!(thrown instanceof TooMuch)) throw thrown
    walk.findings.problem(start, thrown.message, 'Write it smaller, with fewer anchors and levels.')
  }
  return null
}

/** Turns the parser's nodes into our tree: aliases and merge keys written out, duplicate keys found, bounds kept. */
class Walk {
  readonly findings: Findings
  readonly #placeAt: (offset: number) => Place
  readonly #anchors = new Map<string, Node>()
  readonly #open = new Set<Node>()
  #nodes = 0

  constructor(findings: Findings, placeAt: (offset: number) => Place) {
    this.findings = findings
    this.#placeAt = placeAt
  }

  tree(node: Node, depth: number): Tree {
    this.#nodes += 1
    if (this.#nodes > MAX_NODES)
      throw new TooMuch(`the file holds more than ${MAX_NODES} values once aliases are written out`)
    if (depth > MAX_DEPTH) throw new TooMuch(`the file is nested more than ${MAX_DEPTH} levels deep`)
    if (isAlias(node)) return this.#alias(node, depth)
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return nullTree(this.#place(node))
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node)
    this.#open.add(node)
    const tree = isScalar(node)
      ? this.#scalar(node)
      : isSeq(node)
        ? this.#list(node, depth)
        : this.#map(node, depth)
    this.#open.delete(node)
    const rule = this.#ruleOf(node)
    return rule === undefined ? tree : { ...tree, rule }
  }

  #alias(alias: Alias, depth: number): Tree {
    const node = this.#anchors.get(alias.source)
    const at = this.#place(alias)
    if (node !== undefined && !this.#open.has(node)) return this.tree(node, depth + 1)
    const why =
      node === undefined ? `no anchor &${alias.source} comes before it` : 'it stands inside what it refers to'
    this.findings.problem(
      at,
      `the alias *${alias.source} cannot be followed: ${why}`,
      'Define the anchor above its first use.',
    )
    return nullTree(at)
  }

  #scalar(node: Scalar): Tree {
    const at = this.#place(node)
    const untyped = node.tag === undefined || MERGE_TAGS.has(node.tag)
    if (node.type === 'PLAIN' && untyped) return { kind: 'scalar', at, ...plainScalar(node.source ?? '') }
    if (typeof node.value === 'string') return textTree(at, node.value)
    return { kind: 'scalar', at, ...plainScalar(node.source ?? '') }
  }

  #list(node: YAMLSeq, depth: number): Tree {
    if (node.items.length > MAX_ITEMS)
      throw new TooMuch(`a list of the file holds more than ${MAX_ITEMS} items`)
    const items = node.items.map((item) => this.tree(item as Node, depth + 1))
    return listTree(this.#place(node), items)
  }

  #map(node: YAMLMap, depth: number): MapTree {
    const entries = new Map<string, Entry>()
    const merged: Tree[] = []
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const key = this.#keyOf(pair.key, entries)
      if (key === null) continue
      const at = this.#place(pair.key)
      const value = pair.value === null ? nullTree(at) : this.tree(pair.value, depth + 1)
      if (isMergeKey(pair.key)) merged.push(value)
      else entries.set(key, { at, value })
    }
    return mapTree(this.#place(node), this.#withMerged(entries, merged))
  }

  /** Own keys win over merged ones, and earlier merged maps over later ones. */
  #withMerged(entries: Map<string, Entry>, merged: Tree[]): Map<string, Entry> {
    const result = new Map(entries)
    for (const source of merged.flatMap((tree) => (tree.kind === 'list' ? tree.items : [tree]))) {
      if (source.kind !== 'map') {
        this.findings.problem(source.at, 'only maps can be merged with <<', 'Let the alias refer to a map.')
        continue
      }
      for (const [key, entry] of source.entries) if (!result.has(key)) result.set(key, entry)
    }
    return result
  }

  #keyOf(node: Node, entries: ReadonlyMap<string, Entry>): string | null {
    const at = this.#place(node)
    const tree = this.tree(node, 0)
    if (tree.kind !== 'scalar') {
      this.findings.problem(at, 'a key must be text', 'Quote the key.')
      return null
    }
    const key = tree.value === null ? 'null' : (tree.written ?? tree.text)
    if (typeof tree.value !== 'string') {
      this.findings.problem(at, `the key ${key} is not text`, `Quote it: "${key}".`)
      return null
    }
    if (key === '__proto__') {
      this.findings.problem(at, 'the key __proto__ is not accepted', 'Give it another name.')
      return null
    }
    const earlier = entries.get(key)
    if (earlier === undefined) return key
    this.findings.problem(
      at,
      `"${key}" is given twice; the first is on line ${earlier.at.line}`,
      'Keep one of them.',
    )
    return null
  }

  #ruleOf(node: Node): MergeRule | undefined {
    const tag = node.tag
    if (tag === undefined) return undefined
    const rule = MERGE_TAGS.get(tag)
    if (rule === undefined && !KNOWN_TAGS.has(tag)) {
      this.findings.problem(
        this.#place(node),
        `the tag ${tag} is not known to compose files`,
        'Only !reset and !override are.',
      )
    }
    return rule
  }

  #place(node: Node): Place {
    return this.#placeAt(node.range?.[0] ?? 0)
  }
}

const MERGE_TAGS: ReadonlyMap<string, MergeRule> = new Map([
  ['!reset', 'reset'],
  ['!override', 'override'],
])
const KNOWN_TAGS = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
)

const isMergeKey = (node: Node): boolean => isScalar(node) && node.type === 'PLAIN' && node.source === '<<'

/** The parser's faults that people really meet, in their words. */
const WORDS: Partial<Record<YAMLError['code'], [string, string]>> = {
  TAB_AS_INDENT: ['a tab is used to indent', 'YAML is indented with spaces only.'],
  MULTIPLE_DOCS: [
    'the file holds more than one YAML document',
    'Keep one document, without "---" between parts.',
  ],
  RESOURCE_EXHAUSTION: ['the file is nested too deeply', `At most ${MAX_DEPTH} levels are read.`],
  MULTILINE_IMPLICIT_KEY: ['a key runs over several lines', 'Is a colon or a closing quote missing?'],
  BAD_INDENT: [
    'the indentation does not fit the lines around it',
    'Indent keys of one map by the same number of spaces.',
  ],
}

const inPlainWords = (error: YAMLError): [string, string] =>
  WORDS[error.code] ?? [
    `this is not YAML: ${error.message.split('\n')[0] ?? ''}`,
    'Nothing of the file was used.',
  ]
