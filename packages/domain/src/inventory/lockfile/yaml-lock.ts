import { YAMLError, parse } from 'yaml'
import { fieldsOf, tooLarge, unreadable } from './lockfile.ts'
import type { Fields, LockfileReading, LockfileText } from './lockfile.ts'

/** A lockfile in YAML as plain data: no tags, next to no aliases, so that a small text cannot become a large tree. */
export function readYamlLock(file: LockfileText): Fields | LockfileReading {
  const refused = tooLarge(file)
  if (refused !== null) return refused
  try {
    const tree: unknown = parse(file.text, {
      maxAliasCount: 10,
      uniqueKeys: false,
      logLevel: 'error',
      prettyErrors: true,
    })
    return fieldsOf(tree)
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
