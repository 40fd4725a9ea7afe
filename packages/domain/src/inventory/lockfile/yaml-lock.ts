import { YAMLError, isMap, isScalar, isSeq, parseDocument } from 'yaml'
import { fieldsOf, tooLarge, unreadable } from './lockfile.ts'
import type { Fields, LockfileReading, LockfileText } from './lockfile.ts'

/** A lockfile in YAML as plain data: no tags, next to no aliases, so that a small text cannot become a large tree. */
export function readYamlLock(file: LockfileText): Fields | LockfileReading {
  const refused = tooLarge(file)
  if (refused !== null) return refused
  try {
    const document = parseDocument(file.text, { uniqueKeys: false, logLevel: 'error', prettyErrors: true })
    const [error] = document.errors
    if (error !== undefined) throw error
    const twice = keyTwiceIn(document.contents)
    if (twice !== null) return unreadable(file.path, `has the key ${twice.slice(0, 120)} twice`)
    return fieldsOf(document.toJS({ maxAliasCount: 10 }))
  } catch (thrown) {
    if (thrown instanceof YAMLError)
      return unreadable(
        file.path,
        `is no YAML: ${thrown.message.split('\n')[0] ?? ''}`,
        thrown.linePos?.[0].line ?? null,
      )
    if (thrown instanceof RangeError || thrown instanceof ReferenceError)
      return unreadable(file.path, 'is nested too deeply, or repeats itself too often')
    throw thrown
  }
}

/**
 * A key that one map has twice, of which plain data would keep the last alone. The library's own check compares every key
 * with every other, which takes minutes for a long lockfile.
 */
function keyTwiceIn(contents: unknown): string | null {
  const open = [contents]
  for (const node of open) {
    if (isSeq(node)) for (const item of node.items) open.push(item)
    if (!isMap(node)) continue
    const keys = new Set<unknown>()
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? key.value : key
      if (keys.has(name)) return String(name)
      keys.add(name)
      open.push(value)
    }
  }
  return null
}

/** Where each top-level or second-level key of a block map stands: `  key:` or `  'key':`, the first of each. */
export function linesOfKeys(text: string): Map<string, number> {
  const lines = new Map<string, number>()
  for (const [at, row] of text.split('\n').entries()) {
    const [, single, double, plain] = /^ {0,2}(?:'([^']+)'|"([^"]+)"|([^\s'"#][^#]*?)):\s*$/.exec(row) ?? []
    const key = single ?? double ?? plain
    if (key !== undefined && !lines.has(key)) lines.set(key, at + 1)
  }
  return lines
}
