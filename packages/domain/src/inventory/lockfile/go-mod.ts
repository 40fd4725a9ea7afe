import type { InventoryGap } from '../component.ts'
import { dependencyNode, inventoryOf } from '../dependency-graph.ts'
import type { DependencyNode } from '../dependency-graph.ts'
import { ENTRIES_MAX, isPlainText, tooLarge, unreadable } from './lockfile.ts'
import type { LockfileReading, LockfileText } from './lockfile.ts'

interface Directive {
  verb: string
  words: readonly string[]
  comment: string
  line: number
}

/**
 * `go.mod`: the versions that its build selects, from go 1.17 on those of everything it needs. Replacements count under
 * what they are replaced by. Go's own library is the module `stdlib`, at the version of `toolchain`, else of `go`.
 */
export function readGoMod(file: LockfileText): LockfileReading {
  const refused = tooLarge(file)
  if (refused !== null) return refused
  const directives = directivesOf(file.text)
  const main = directives.find(({ verb }) => verb === 'module')?.words[0]
  if (!directives.some(({ verb }) => verb === 'module' || verb === 'require' || verb === 'replace'))
    return unreadable(file.path, 'names no module, so it is no go.mod')
  const required = directives.filter(({ verb }) => verb === 'require')
  if (required.length > ENTRIES_MAX)
    return unreadable(file.path, `holds ${required.length} modules; at most ${ENTRIES_MAX} are read`)
  const replaced = replacementsOf(directives)
  const modules = required.flatMap((directive) => moduleOf(directive, replaced))
  const gaps = [
    ...required
      .filter(({ words }) => !isRequirement(words))
      .map(({ line }) => ({
        file: file.path,
        line,
        message: 'a requirement has no readable module and version',
      })),
    ...tooOldGap(file.path, directives),
    ...unknownGaps(file.path, directives),
  ]
  const needs = modules
    .filter(({ isIndirect }) => !isIndirect)
    .map(({ node }) => ({ key: node.key, range: null, isDev: false }))
  const root = dependencyNode({
    key: '',
    name: main ?? 'this module',
    version: '',
    source: 'path',
    isRoot: true,
    needs,
  })
  const nodes = [root, ...modules.map(({ node }) => node), ...standardLibrary(directives)]
  return { ok: true, inventory: inventoryOf({ file: file.path, ecosystem: 'Go', nodes, gaps }) }
}

/** `go.sum`: every module whose content was ever fetched for the build, not only what it selects. */
export function readGoSum(file: LockfileText): LockfileReading {
  const refused = tooLarge(file)
  if (refused !== null) return refused
  const nodes = new Map<string, DependencyNode>()
  const gaps: InventoryGap[] = []
  for (const [at, row] of file.text.split(/\r?\n/).entries()) {
    const sum = row.trim() === '' ? null : sumIn(row.trim())
    if (sum === undefined)
      gaps.push({ file: file.path, line: at + 1, message: 'this line is no module, version and sum' })
    else if (sum !== null)
      nodes.set(sum.key, dependencyNode({ ...sum, version: plain(sum.version), line: at + 1 }))
    if (nodes.size > ENTRIES_MAX)
      return unreadable(file.path, `holds more than ${ENTRIES_MAX} modules; no more are read`)
  }
  if (nodes.size === 0 && gaps.length > 0) return { ok: false, problems: gaps.slice(0, 1) }
  return {
    ok: true,
    inventory: inventoryOf({ file: file.path, ecosystem: 'Go', nodes: [...nodes.values()], gaps }),
  }
}

/** The module of a line; null where only its go.mod was fetched; undefined where the line is none. */
function sumIn(row: string): { key: string; name: string; version: string } | null | undefined {
  const [, name = '', version = '', goMod] = /^(\S+)\s+(v\d\S*?)(\/go\.mod)?\s+h1:\S+$/.exec(row) ?? []
  if (!isPlainText(name)) return undefined
  return goMod === undefined ? { key: `${name}@${version}`, name, version } : null
}

/** Without the `v`, as OSV writes versions of Go. */
const plain = (version: string): string => version.replace(/^v/, '').replace(/\+incompatible$/, '')

const isRequirement = ([name, version, ...more]: readonly string[]): boolean =>
  isPlainText(name) && isPlainText(version) && more.length === 0

/** Lines `verb words // comment`, also those inside `verb ( ... )`. */
function directivesOf(text: string): Directive[] {
  const found: Directive[] = []
  let block: string | null = null
  for (const [at, row] of text.split(/\r?\n/).entries()) {
    const [code = '', comment = ''] = row.split('//', 2)
    const words = code
      // Go's own reader takes them as words of their own, with or without a space.
      .replaceAll(/[()]/g, ' $& ')
      .trim()
      .split(/\s+/)
      .map((word) => word.replaceAll(/^["`]|["`]$/g, ''))
    if (words[0] === '' || words[0] === undefined) continue
    if (words[0] === ')') block = null
    else if (block === null && words[1] === '(') block = words[2] === ')' ? null : words[0]
    else
      found.push({
        verb: block ?? words[0],
        words: block === null ? words.slice(1) : words,
        comment: comment.trim(),
        line: at + 1,
      })
  }
  return found
}

interface Replacement {
  name: string
  version: string | null
}

/** `replace A [v1] => B [v2]`, by `A` or `A v1`. */
const replacementsOf = (directives: readonly Directive[]): Map<string, Replacement> =>
  new Map(
    directives
      .filter(({ verb }) => verb === 'replace')
      .flatMap(({ words }): [string, Replacement][] => {
        const at = words.indexOf('=>')
        const [name, version] = words.slice(at + 1)
        return at === -1 || name === undefined
          ? []
          : [[words.slice(0, at).join(' '), { name, version: version ?? null }]]
      }),
  )

function moduleOf(
  { words, comment, line }: Directive,
  replaced: ReadonlyMap<string, Replacement>,
): { node: DependencyNode; isIndirect: boolean }[] {
  const [name, version] = words
  if (!isPlainText(name) || !isPlainText(version)) return []
  const other = replaced.get(`${name} ${version}`) ?? replaced.get(name) ?? { name, version }
  const given = { key: `${name}@${version}`, line }
  const node =
    other.version === null
      ? dependencyNode({ ...given, name, version: plain(version), source: 'path' })
      : dependencyNode({
          ...given,
          name: other.name,
          version: plain(other.version),
          alias: other.name === name ? null : name,
        })
  return [{ node, isIndirect: /\bindirect\b/.test(comment) }]
}

/** The release of `toolchain`, or where that leaves it to the file (`default`) of `go`. */
const releaseOf = (directives: readonly Directive[]): Directive | undefined =>
  ['toolchain', 'go']
    .map((name) => directives.find(({ verb }) => verb === name))
    .find((found) => found !== undefined && found.words[0] !== 'default')

/** Go writes `1.23rc1` where others write `1.23.0-rc1`. */
const releaseVersion = ({ words: [word = ''] }: Directive): string | null =>
  /^(?:go)?(\d+\.\d+(?:\.\d+)?(?:(?:rc|beta)\d+)?(?:-\S+)?)$/
    .exec(word)?.[1]
    ?.replace(/^(\d+\.\d+)(?=$|rc|beta)/, '$1.0')
    .replace(/(?=(?:rc|beta)\d)/, '-') ?? null

function standardLibrary(directives: readonly Directive[]): DependencyNode[] {
  const found = releaseOf(directives)
  const version = found === undefined ? null : releaseVersion(found)
  return found === undefined || version === null
    ? []
    : [dependencyNode({ key: 'stdlib', name: 'stdlib', version, line: found.line })]
}

const verbs = new Set('module go toolchain require replace exclude retract godebug tool ignore'.split(' '))

/** Directives of one word each: more of them on a line is a line that Go would not take. */
const ofOneWord = new Set(['module', 'go', 'toolchain'])

/** What Go itself would not take: it may stand for anything. */
function unknownGaps(path: string, directives: readonly Directive[]): InventoryGap[] {
  const release = releaseOf(directives)
  const strange = directives.filter(
    ({ verb, words }) => !verbs.has(verb) || (ofOneWord.has(verb) && words.length !== 1),
  )
  return [
    ...strange.map(({ verb, line }) => ({
      file: path,
      line,
      message: `${verb.slice(0, 40)} is no directive of a go.mod as it stands there`,
    })),
    ...(release === undefined || releaseVersion(release) !== null
      ? []
      : [{ file: path, line: release.line, message: 'names no release of Go that can be read' }]),
  ]
}

function tooOldGap(path: string, directives: readonly Directive[]): InventoryGap[] {
  const go = directives.find(({ verb }) => verb === 'go')
  const minor = Number(/^1\.(\d+)/.exec(go?.words[0] ?? '1.0')?.[1] ?? Infinity)
  if (minor >= 17) return []
  const message = 'before go 1.17 this file names only what the module itself asks for; audit its go.sum too'
  return [{ file: path, line: go?.line ?? null, message }]
}
