import { LineCounter, parseDocument } from 'yaml'
import type { Document, YAMLError } from 'yaml'
import { withoutByteOrderMark } from './format-problems.ts'
import { firstUnprintable } from './printable.ts'
import type { Problem, Span } from './problem.ts'
import { YamlTree } from './yaml-tree.ts'
import type { Plain, TreePath } from './yaml-tree.ts'

/** A YAML file as plain data, with the place of every key and value. Keys that start with `x-` are left out. */
export interface YamlSource {
  file: string
  text: string
  tree: Plain
  /** Place of a value; where it is absent, of the nearest key above it. */
  valueAt(path: TreePath): Span
  /** Place of a key; where it is absent, of the nearest key above it. */
  keyAt(path: TreePath): Span
}

/** Far above any real file. */
const TEXT_LENGTH_MAX = 256 * 1024

const PLAIN_WORDS: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'tabs cannot indent YAML; use spaces',
  BLOCK_AS_IMPLICIT_KEY:
    'a second ": " stands on this line; put the value in quotes or the map on lines of its own',
  MULTIPLE_DOCS:
    'the file holds more than one document; remove the "---" line and what belongs to the other one',
  MULTILINE_IMPLICIT_KEY: 'a ":" is missing after this key',
  RESOURCE_EXHAUSTION: 'the file is nested too deeply',
}

/**
 * Reads YAML 1.2 without ever running, expanding or trusting it: no tags, no merge keys, few aliases, bounded size.
 * Where the text is no YAML at all, `source` is null and the problems say why.
 */
export function readYaml(input: { path: string; text: string }): {
  source: YamlSource | null
  problems: Problem[]
} {
  const text = withoutByteOrderMark(input.text)
  const lines = new LineCounter()
  const place = (start: number, end: number): Span => spanOf({ text, lines, start, end })
  const report = (span: Span, message: string): Problem => ({
    file: input.path,
    ...span,
    message,
    hint: null,
    conceal: false,
  })

  const refusal = refusalOf(text)
  if (refusal !== null) {
    lines.addNewLine(0)
    for (const match of text.slice(0, refusal.at).matchAll(/\n/g)) lines.addNewLine(match.index + 1)
    return { source: null, problems: [report(place(refusal.at, refusal.at + 1), refusal.message)] }
  }
  const document = parseSafely(text, lines)
  if (document === null)
    return { source: null, problems: [report(place(0, 1), 'the file is nested too deeply')] }
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) =>
      report(place(error.pos[0], error.pos[1]), PLAIN_WORDS[error.code] ?? error.message),
    )
    return { source: null, problems }
  }
  const reader = new YamlTree(document, place, report)
  const tree = reader.read(document.contents, [], 0)
  const { spans, problems } = reader
  const find = (path: TreePath, part: 'key' | 'value'): Span => {
    for (let length = path.length; length >= 0; length -= 1) {
      const found = spans.get(JSON.stringify(path.slice(0, length)))
      if (found !== undefined) return length === path.length ? found[part] : found.key
    }
    return place(0, 1)
  }
  const source: YamlSource = {
    file: input.path,
    text,
    tree,
    valueAt: (path) => find(path, 'value'),
    keyAt: (path) => find(path, 'key'),
  }
  return { source, problems }
}

/** Why a text is not read at all, and from which character on. */
function refusalOf(text: string): { at: number; message: string } | null {
  if (text.length > TEXT_LENGTH_MAX) {
    return {
      at: 0,
      message: `the file is ${text.length} characters long; at most ${TEXT_LENGTH_MAX} are read`,
    }
  }
  const at = firstUnprintable(text)
  if (at === null) return null
  const code = (text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return { at, message: `the file holds the unprintable character U+${code}; save it as plain UTF-8 text` }
}

/** The parser's own depth check misses explicit keys: what overflows there is nested too deeply as well. */
function parseSafely(text: string, lineCounter: LineCounter): Document.Parsed | null {
  try {
    return parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      uniqueKeys: false,
      merge: false,
      logLevel: 'error',
    })
  } catch (thrown) {
    if (thrown instanceof RangeError) return null
    throw thrown
  }
}

function spanOf(input: { text: string; lines: LineCounter; start: number; end: number }): Span {
  const { line, col } = input.lines.linePos(input.start)
  const lineEnd = input.text.slice(input.start, input.end).search(/[\r\n]/)
  const length = lineEnd === -1 ? input.end - input.start : lineEnd
  return { line: Math.max(1, line), col: Math.max(1, col), length: Math.max(1, length) }
}
