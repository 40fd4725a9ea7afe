import type { InventoryGap } from '../component.ts'
import { dependencyNode, inventoryOf } from '../dependency-graph.ts'
import type { DependencyNode } from '../dependency-graph.ts'
import { packageKey } from '../package-key.ts'
import { tooLarge } from './lockfile.ts'
import type { LockfileReading, LockfileText } from './lockfile.ts'

const named = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)$/s

/**
 * `requirements.txt`. Only what is pinned to one version (`==`, `===`) can be compared with advisories; a range, another
 * file or an index is a gap, since what it brings is not known here.
 */
export function readRequirements(file: LockfileText): LockfileReading {
  const refused = tooLarge(file)
  if (refused !== null) return refused
  const nodes: DependencyNode[] = []
  const gaps: InventoryGap[] = []
  for (const { text, line } of logicalLines(file.text)) {
    const read = readLine(text)
    if (typeof read === 'string') gaps.push({ file: file.path, line, message: read })
    else if (read !== null) nodes.push({ ...read, key: `${read.key}:${line}`, line })
  }
  const needs = nodes.map(({ key }) => ({ key, range: null, isDev: false }))
  const root = dependencyNode({
    key: '',
    name: 'this project',
    version: '',
    source: 'path',
    isRoot: true,
    needs,
  })
  return {
    ok: true,
    inventory: inventoryOf({ file: file.path, ecosystem: 'PyPI', nodes: [root, ...nodes], gaps }),
  }
}

/** Python ends a line at nearly every control character (`str.splitlines`), and what hides behind one is a requirement. */
const lineEnd = /\r\n|(?!\t)[\p{Cc}\p{Zl}\p{Zp}]/u

/**
 * Lines with their continuations, without comments, numbered by the first. A backslash within a comment continues
 * nothing: pip leaves out what follows one behind a requirement, other tools read it, and more is the safe side.
 */
function logicalLines(text: string): { text: string; line: number }[] {
  const lines: { text: string; line: number }[] = []
  let open: { text: string; line: number } | null = null
  for (const [at, row] of text.split(lineEnd).entries()) {
    const plain = row.replace(/(?:^|\s)#.*$/, '')
    const isContinued = plain.endsWith('\\')
    const content = isContinued ? plain.slice(0, -1) : plain
    const whole: { text: string; line: number } =
      open === null ? { text: content, line: at + 1 } : { text: open.text + content, line: open.line }
    open = isContinued ? whole : null
    if (!isContinued) lines.push(whole)
  }
  if (open !== null) lines.push(open)
  return lines
    .map(({ text: own, line }) => ({ text: own.trim(), line }))
    .filter(({ text: own }) => own !== '')
}

/** The pinned package of a line; why it pins none; null where it asks for nothing. */
function readLine(line: string): DependencyNode | string | null {
  if (
    /^(?:--hash|--index-url|-i\b|--extra-index-url|--no-binary|--only-binary|--find-links|-f\b|--trusted-host|--pre\b|--require-hashes|--prefer-binary|--no-index|--use-feature)/.test(
      line,
    )
  )
    return null
  if (/^(?:-r|--requirement|-c|--constraint)[\s=]/.test(line))
    return `${line.slice(0, 80)} is another file; audit it too`
  if (line.startsWith('-'))
    return `${line.slice(0, 80)} is a path or repository of its own, which no advisory names`
  const [, name, rest = ''] = named.exec(line.split(/\s--[a-z]/)[0] ?? '') ?? []
  if (name === undefined) return `${line.slice(0, 80)} is no requirement`
  const [wanted = ''] = rest.split(';')
  if (wanted.trim().startsWith('@')) return fromAddress(name, wanted)
  const [, version] = /^===?\s*([^\s,*]+)\s*$/.exec(wanted.trim()) ?? []
  if (version === undefined) return `${name} is not pinned to one version`
  const key = packageKey('PyPI', name)
  return dependencyNode({ key, name: key, version })
}

const fromAddress = (name: string, wanted: string): DependencyNode =>
  dependencyNode({
    key: packageKey('PyPI', name),
    name: packageKey('PyPI', name),
    version:
      wanted
        .replace(/^\s*@\s*/, '')
        .trim()
        .slice(0, 200) || 'unknown',
    source: wanted.includes('git+') ? 'git' : 'path',
  })
