import { LineCounter, YAMLError, isAlias, isMap, isNode, isScalar, parseDocument, visit } from 'yaml'
import type { Document } from 'yaml'
import type { InventoryGap } from '../component.ts'
import { dependencyNode, inventoryOf } from '../dependency-graph.ts'
import type { DependencyNode } from '../dependency-graph.ts'
import { packageKey } from '../package-key.ts'
import { isPlainText, unreadable } from './lockfile.ts'
import type { LockfileReading, LockfileText } from './lockfile.ts'

/** Far above any real workflow, in UTF-16 units. */
const WORKFLOW_LENGTH_MAX = 1024 * 1024

/** One `uses:` as written. */
interface Use {
  /** No text where something else stands there. */
  text: unknown
  line: number
  comment: string
}

/**
 * What a GitHub workflow or action `uses:`. A full tag is a version; a commit is one where the comment behind it names it
 * (`# v4.1.1`), as update bots write it. A branch or a moving tag such as `v4` is a gap: nobody knows what it was.
 */
export function readWorkflowUses(file: LockfileText): LockfileReading {
  if (file.text.length > WORKFLOW_LENGTH_MAX)
    return unreadable(
      file.path,
      `is ${file.text.length} characters long; at most ${WORKFLOW_LENGTH_MAX} are read`,
    )
  const uses = usesIn(file)
  if (!Array.isArray(uses)) return uses
  const gaps: InventoryGap[] = []
  const nodes = uses.flatMap((use) => {
    const node = nodeOf(use)
    if (typeof node !== 'string') return node === null ? [] : [node]
    gaps.push({ file: file.path, line: use.line, message: node })
    return []
  })
  const needs = nodes.map(({ key }) => ({ key, range: null, isDev: false }))
  const root = dependencyNode({ key: '', name: file.path, version: '', source: 'path', isRoot: true, needs })
  return {
    ok: true,
    inventory: inventoryOf({ file: file.path, ecosystem: 'GitHub Actions', nodes: [root, ...nodes], gaps }),
  }
}

/** Everything that a workflow or an action `uses:`, wherever it stands; or why the file cannot be read. */
export function usesIn({ path, text }: LockfileText): Use[] | LockfileReading {
  const counter = new LineCounter()
  try {
    const document = parseDocument(text, {
      lineCounter: counter,
      uniqueKeys: false,
      logLevel: 'error',
      prettyErrors: false,
    })
    const [error] = document.errors
    if (error !== undefined)
      return unreadable(path, `is no YAML: ${error.message}`, counter.linePos(error.pos[0]).line)
    const rows = text.split(/\r?\n/)
    const found: Use[] = []
    visit(document, {
      Pair: (_key, { key, value }, above) => {
        if (valueOf(key, document) !== 'uses' || !isMap(above.at(-1))) return
        const written = isAlias(value) ? value.resolve(document) : value
        const start = isNode(written) ? (written.range?.[0] ?? 0) : 0
        const line = counter.linePos(start).line
        found.push({
          text: valueOf(value, document),
          line,
          comment: /\s#(.*)$/.exec(rows[line - 1] ?? '')?.[1] ?? '',
        })
      },
    })
    return found
  } catch (thrown) {
    if (thrown instanceof RangeError || thrown instanceof YAMLError)
      return unreadable(path, 'is nested too deeply')
    throw thrown
  }
}

/** The value of a scalar, also where an alias (`*name`) stands for it; undefined for anything else. */
function valueOf(node: unknown, document: Document): unknown {
  const written = isAlias(node) ? node.resolve(document) : node
  return isScalar(written) ? written.value : undefined
}

const fullTag = /^v?(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)$/

/** The action of a line; why its version is not known; null for what is of the repository itself, or an image. */
function nodeOf({ text, line, comment }: Use): DependencyNode | string | null {
  if (typeof text !== 'string') return 'what is used here is no text'
  if (/^(?:\.{1,2}\/|docker:\/\/)/.test(text)) return null
  const [name = '', ref = '', ...more] = text.split('@')
  if (more.length > 0 || !/^[\w.-]+\/[\w./-]+$/.test(name) || !isPlainText(ref))
    return `${text.slice(0, 80)} is no action at a reference`
  const version = versionOf(ref, comment)
  if (version === null) return `${name}@${ref.slice(0, 40)} names no full version, so nobody can say what ran`
  // An action in a folder of a repository, or a reusable workflow, is released with the repository.
  return dependencyNode({
    key: `${text}:${line}`,
    name: packageKey('GitHub Actions', name),
    version,
    line,
  })
}

/** A full tag, or what the comment behind a commit says. */
function versionOf(ref: string, comment: string): string | null {
  const isCommit = /^[0-9a-f]{40}$/.test(ref)
  return (isCommit ? /(?:^|\s|@)v?(\d+\.\d+\.\d+\S*)/.exec(comment) : fullTag.exec(ref))?.[1] ?? null
}
