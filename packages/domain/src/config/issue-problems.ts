import type { z } from 'zod'
import { nearestWord, suggestWord } from './did-you-mean.ts'
import type { Problem } from './problem.ts'
import { keysIn } from './section/field.ts'
import type { YamlSource } from './yaml-source.ts'
import { isPlainMap } from './yaml-tree.ts'
import type { Plain, TreePath } from './yaml-tree.ts'

type Issue = z.core.$ZodIssue

/** Keys whose values may be secrets written in the wrong place: messages and frames never repeat them. */
const CONCEALED_KEYS = new Set(['password', 'url'])
const QUOTE_LENGTH_MAX = 40

/** Turns what the schema found into problems at their places, in words that need no schema to be understood. */
export function issueProblems(source: YamlSource, issues: readonly Issue[]): Problem[] {
  return issues.flatMap((issue) => problemsOf(source, issue, treePath(issue.path)))
}

function problemsOf(source: YamlSource, issue: Issue, path: TreePath): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysIn(issue.message)
    return issue.keys.map((key) => unknownKey(source, { path: [...path, key], key, known }))
  }
  if (issue.code === 'invalid_union') {
    const branch = matchingBranch(issue.errors)
    if (branch !== null)
      return branch.flatMap((inner) => problemsOf(source, inner, [...path, ...treePath(inner.path)]))
  }
  if (issue.code === 'invalid_key') {
    const what = issue.issues[0]?.message ?? 'a name'
    return [atKey(source, path, `${show(String(path.at(-1)))} is not ${what}`)]
  }
  return [wrongValue(source, issue, path)]
}

/** Of the shapes a value may have, the only one whose kind (text, list, map) it has. */
function matchingBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const isOfKind = (issues: readonly Issue[]): boolean =>
    !issues.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0)
  const [first, second] = branches.filter(isOfKind)
  return first !== undefined && second === undefined ? first : null
}

function unknownKey(
  source: YamlSource,
  input: { path: TreePath; key: string; known: readonly string[] },
): Problem {
  if (input.key === '<<') {
    const hint = 'put what environments share into defaults'
    return { ...atKey(source, input.path, 'merge keys (<<) are not used here'), hint }
  }
  const message = `${pathText(input.path)} is no key here`
  return { ...atKey(source, input.path, message), hint: suggestWord(input.key, input.known) }
}

function wrongValue(source: YamlSource, issue: Issue, path: TreePath): Problem {
  const value = valueIn(source.tree, path)
  const subject = path.length === 0 ? 'the file' : pathText(path)
  if (value === undefined || value === null) {
    const state = value === undefined ? 'is missing' : 'is empty'
    const expected = issue.code === 'custom' ? '' : `: ${issue.message}`
    return atKey(source, path, `${subject} ${state}${expected}`)
  }
  const conceal = CONCEALED_KEYS.has(String(path.at(-1)))
  const place = { file: source.file, ...source.valueAt(path), conceal }
  if (issue.code === 'custom')
    return { ...place, message: `${subject} ${issue.message}`, hint: hintIn(issue.params) }
  const found = conceal ? 'this is something else' : `this is ${describe(value)}`
  const hint = issue.code === 'invalid_value' ? nearestValue(value, issue.values) : null
  return { ...place, message: `${subject} must be ${issue.message}, but ${found}`, hint }
}

const atKey = (source: YamlSource, path: TreePath, message: string): Problem => ({
  file: source.file,
  ...source.keyAt(path),
  message,
  hint: null,
  conceal: false,
})

function nearestValue(value: Plain, known: readonly unknown[]): string | null {
  const nearest = typeof value === 'string' ? nearestWord(value, known.map(String)) : null
  return nearest === null ? null : `did you mean ${nearest}?`
}

const hintIn = (params: Record<string, unknown> | undefined): string | null =>
  typeof params?.['hint'] === 'string' ? params['hint'] : null

function valueIn(tree: Plain, path: TreePath): Plain | undefined {
  let value: Plain | undefined = tree
  for (const step of path) {
    if (Array.isArray(value) && typeof step === 'number') value = value[step]
    else if (isPlainMap(value)) value = value[step]
    else return undefined
  }
  return value
}

function describe(value: Plain): string {
  if (typeof value === 'string') return value === '' ? 'empty text' : `the text ${show(value)}`
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a map' : `the ${typeof value === 'number' ? 'number' : 'word'} ${value}`
}

const show = (text: string): string =>
  JSON.stringify(text.length > QUOTE_LENGTH_MAX ? `${text.slice(0, QUOTE_LENGTH_MAX)}...` : text)

const treePath = (path: readonly PropertyKey[]): TreePath =>
  path.map((step) => (typeof step === 'symbol' ? '' : step))

/** `services.backend.smoke[1].path`, the way a person points at a value. */
export const pathText = (path: TreePath): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step + 1}]`
    const key = step.length > QUOTE_LENGTH_MAX || /[^\w./:-]/.test(step) ? show(step) : step
    return text === '' ? key : `${text}.${key}`
  }, '')
