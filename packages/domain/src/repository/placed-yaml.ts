import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Document, LineCounter } from 'yaml'
import { yamlDocument } from '../project/compose/yaml-document.ts'

/** YAML as written, each value with the line it stands on (from 1). Aliases and merge keys are followed. */
export type Placed = PlacedMap | PlacedList | PlacedScalar

export interface PlacedMap {
  kind: 'map'
  line: number
  /** True for `{a: b}` on one line, where no line can be put in between. */
  isFlow: boolean
  entries: ReadonlyMap<string, PlacedEntry>
}

export interface PlacedEntry {
  /** Line of the key. */
  line: number
  value: Placed
}

export interface PlacedList {
  kind: 'list'
  line: number
  isFlow: boolean
  items: readonly Placed[]
}

export interface PlacedScalar {
  kind: 'scalar'
  line: number
  /** Null and nothing are the empty text. */
  text: string
  isNull: boolean
  /** True where the text runs over lines of its own (`|` and `>`): its first line is then `line` + 1. */
  isBlock: boolean
}

export type PlacedReading = { ok: true; root: Placed } | { ok: false; line: number; message: string }

/** Far above any file that people write; past these a file is not read at all. */
const TEXT_LENGTH_MAX = 512 * 1024
const NODES_MAX = 50_000
const DEPTH_MAX = 40

class Refused extends Error {}

/** Reads one YAML document of anybody's, in bounded time. Never throws. */
export function readPlacedYaml(text: string): PlacedReading {
  if (text.length > TEXT_LENGTH_MAX)
    return { ok: false, line: 1, message: `it has more than ${TEXT_LENGTH_MAX} characters` }
  try {
    const { document, lines } = yamlDocument(text)
    const [error] = document.errors
    if (error !== undefined)
      return { ok: false, line: Math.max(1, lines.linePos(error.pos[0]).line), message: error.message }
    return { ok: true, root: new Walk(document, lines).read(document.contents, 0) }
  } catch (thrown) {
    if (!(thrown instanceof RangeError) && !(thrown instanceof Refused)) throw thrown
    return {
      ok: false,
      line: 1,
      message: 'it is nested too deeply, or too large once its aliases are followed',
    }
  }
}

class Walk {
  private readonly document: Document.Parsed
  private readonly lines: LineCounter
  private nodes = 0

  constructor(document: Document.Parsed, lines: LineCounter) {
    this.document = document
    this.lines = lines
  }

  read(node: unknown, depth: number): Placed {
    this.nodes += 1
    if (this.nodes > NODES_MAX || depth > DEPTH_MAX) throw new Refused()
    if (isAlias(node)) return this.read(node.resolve(this.document) ?? null, depth + 1)
    const line = this.lineOf(node)
    if (isMap(node))
      return { kind: 'map', line, isFlow: node.flow === true, entries: this.entriesOf(node.items, depth) }
    if (isSeq(node))
      return {
        ...{ kind: 'list', line, isFlow: node.flow === true },
        items: node.items.map((item) => this.read(item, depth + 1)),
      }
    const value = isScalar(node) ? node.value : null
    const isNull = value === null || value === undefined
    const isBlock = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')
    return { kind: 'scalar', line, text: isNull ? '' : writtenText(node, value), isNull, isBlock }
  }

  /** What a merge key brings stands below what is written out. */
  private entriesOf(
    pairs: readonly { key: unknown; value: unknown }[],
    depth: number,
  ): Map<string, PlacedEntry> {
    const own = new Map<string, PlacedEntry>()
    const merged = new Map<string, PlacedEntry>()
    for (const { key, value } of pairs) {
      const name = isScalar(key) ? String(key.value) : ''
      const read = this.read(value, depth + 1)
      if (name === '<<')
        for (const [inner, entry] of mergedEntries(read)) merged.set(inner, merged.get(inner) ?? entry)
      else if (name !== '') own.set(name, { line: this.lineOf(key), value: read })
    }
    return new Map([...merged, ...own])
  }

  private lineOf(node: unknown): number {
    const range = isMap(node) || isSeq(node) || isScalar(node) ? node.range : null
    return Math.max(1, this.lines.linePos(range?.[0] ?? 0).line)
  }
}

const mergedEntries = (value: Placed): [string, PlacedEntry][] => {
  if (value.kind === 'map') return [...value.entries]
  return value.kind === 'list' ? value.items.flatMap(mergedEntries) : []
}

/** `1.10` and `"80:80"` as they stand in the file, quotes away. */
function writtenText(node: unknown, value: unknown): string {
  if (typeof value === 'string' || !isScalar(node)) return String(value)
  return node.source ?? String(value)
}

export const entriesIn = (value: Placed | undefined): [string, PlacedEntry][] =>
  value?.kind === 'map' ? [...value.entries] : []

export const entryIn = (value: Placed | undefined, key: string): PlacedEntry | undefined =>
  value?.kind === 'map' ? value.entries.get(key) : undefined

export const childIn = (value: Placed | undefined, key: string): Placed | undefined =>
  entryIn(value, key)?.value

/** Text of a scalar that holds something. */
export const textIn = (value: Placed | undefined): string | undefined =>
  value?.kind === 'scalar' && !value.isNull ? value.text : undefined

/** Scalars of a list, or the one scalar that stands instead of a list. */
export const scalarsIn = (value: Placed | undefined): PlacedScalar[] => {
  if (value?.kind === 'list') return value.items.filter((item) => item.kind === 'scalar')
  return value?.kind === 'scalar' && !value.isNull ? [value] : []
}
