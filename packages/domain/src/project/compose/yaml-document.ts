import { LineCounter, parseDocument } from 'yaml'
import type { Document } from 'yaml'

/** A document as parsed, faults included, to be read and never changed: several readers share it. */
export interface YamlDocument {
  document: Document.Parsed
  lines: LineCounter
}

/** A project has few compose files, and longer ones cost more memory to keep than time to parse again. */
const KEPT_MAX = 4
const KEPT_LENGTH_MAX = 64 * 1024

const kept = new Map<string, YamlDocument>()

/**
 * Parses YAML 1.2 with all places, duplicate keys left to the reader. A check reads the same file for its linter and
 * twice for every environment, so the last few are kept by their text.
 */
export function yamlDocument(text: string): YamlDocument {
  const known = kept.get(text)
  if (known !== undefined) return known
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    uniqueKeys: false,
    prettyErrors: false,
    merge: false,
    lineCounter: lines,
    logLevel: 'error',
  })
  const parsed = { document, lines }
  if (text.length > KEPT_LENGTH_MAX) return parsed
  const [oldest] = kept.keys()
  if (kept.size >= KEPT_MAX && oldest !== undefined) kept.delete(oldest)
  kept.set(text, parsed)
  return parsed
}
