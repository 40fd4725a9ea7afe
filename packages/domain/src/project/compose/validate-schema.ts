import type { ErrorObject } from 'ajv'
import leven from 'leven'
import { composeValidator } from './compose-validator.ts'
import type { Findings, Place } from './findings.ts'
import { toPlain, treeAt } from './tree.ts'
import type { MapTree, Tree } from './tree.ts'

/** Many more than are ever told; sorting them out takes time by their square. */
const MAX_ERRORS = 2_000

/**
 * Holds an interpolated file against the official schema. Each fault is told once, where it is, in plain words. A `part`
 * is to be merged with others, which may fill in what it lacks.
 */
export function validateSchema(file: MapTree, findings: Findings, scope: 'whole' | 'part' = 'whole'): void {
  const validate = composeValidator()
  if (validate(toPlain(file))) return
  const errors = meaningful((validate.errors ?? []).slice(0, MAX_ERRORS))
  for (const error of errors) {
    if (scope === 'part' && isFilledIn(error)) continue
    const path = pathOf(error.instancePath)
    findings.problem(placeOf(file, path, error), `${nameOf(path)} ${saying(error)}`, hintFor(error))
  }
}

/** What another file can mend: something that is missing, nothing as a value, an item that is there twice. */
const isFilledIn = (error: ErrorObject): boolean =>
  error.keyword === 'required' || error.keyword === 'uniqueItems' || error.data === null

/**
 * A value that fits none of several forms fails in every form. Keeps what is said about the form its author meant: deeper
 * faults first, then what the map form misses, and only then the list of forms.
 */
function meaningful(errors: readonly ErrorObject[]): ErrorObject[] {
  const choices = [...new Set(errors.filter(isChoice).map((error) => error.instancePath))]
  let kept = errors.filter((error) => !isChoice(error))
  for (const path of choices.toSorted((a, b) => b.length - a.length)) {
    const here = kept.filter((error) => error.instancePath === path)
    const deeper = kept.filter((error) => error.instancePath.startsWith(`${path}/`))
    const fitting = here.filter((error) => error.keyword !== 'type')
    if (deeper.length === 0 && fitting.length === 0) continue
    kept = kept.filter((error) => error.instancePath !== path || error.keyword !== 'type')
  }
  return onePerPlace(kept)
}

const isChoice = (error: ErrorObject): boolean => error.keyword === 'oneOf' || error.keyword === 'anyOf'

/** Type faults of one value are one sentence: "must be a text or a list". */
function onePerPlace(errors: readonly ErrorObject[]): ErrorObject[] {
  const byPlace = new Map<string, ErrorObject>()
  for (const error of errors) {
    const extra = error.keyword === 'additionalProperties' ? String(error.params['additionalProperty']) : ''
    const key = `${error.instancePath}|${extra}`
    const earlier = byPlace.get(key)
    if (earlier?.keyword === 'type' && error.keyword === 'type') {
      const types = [...new Set([...typesOf(earlier), ...typesOf(error)])]
      byPlace.set(key, { ...earlier, params: { type: types } })
    } else if (earlier === undefined) byPlace.set(key, error)
  }
  return [...byPlace.values()]
}

const typesOf = (error: ErrorObject): string[] => [error.params['type'] as string | string[]].flat()

const pathOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

function placeOf(file: MapTree, path: readonly string[], error: ErrorObject): Place {
  const tree: Tree = treeAt(file, path)
  const extra: unknown = error.params['additionalProperty']
  const key = tree.kind === 'map' && typeof extra === 'string' ? tree.entries.get(extra)?.at : undefined
  return key ?? tree.at
}

const nameOf = (path: readonly string[]): string => (path.length === 0 ? 'the file' : path.join('.'))

const TYPE_NAMES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
  null: 'empty',
}

function saying(error: ErrorObject): string {
  switch (error.keyword) {
    case 'type':
      return `must be ${typesOf(error)
        .map((type) => TYPE_NAMES[type] ?? type)
        .join(' or ')}, not ${typeNameOf(error.data)}`
    case 'additionalProperties':
      return `has no key "${String(error.params['additionalProperty'])}" in the compose specification`
    case 'enum':
      return `must be one of ${allowed(error).join(', ')}`
    case 'required':
      return `lacks the key "${String(error.params['missingProperty'])}"`
    case 'pattern':
      return `must match the pattern ${String(error.params['pattern'])}`
    case 'uniqueItems':
      return 'holds the same item twice'
    default:
      return error.message ?? 'does not fit the compose specification'
  }
}

const allowed = (error: ErrorObject): string[] => (error.params['allowedValues'] as unknown[]).map(String)

function typeNameOf(value: unknown): string {
  if (value === null) return TYPE_NAMES['null'] ?? ''
  return TYPE_NAMES[Array.isArray(value) ? 'array' : typeof value] ?? typeof value
}

function hintFor(error: ErrorObject): string {
  if (error.keyword === 'additionalProperties') {
    const known = Object.keys((error.parentSchema?.['properties'] as object | undefined) ?? {})
    const near = nearest(String(error.params['additionalProperty']), known)
    return near === null
      ? 'Remove it, or prefix it with "x-" to keep it as a note.'
      : `Did you mean "${near}"?`
  }
  if (error.keyword === 'enum' && typeof error.data === 'string') {
    const near = nearest(error.data, allowed(error))
    if (near !== null) return `Did you mean "${near}"?`
  }
  return 'See the compose file reference for this key.'
}

/** A third of the letters may differ, at most three. */
function nearest(word: string, known: readonly string[]): string | null {
  if (word.length > 64) return null
  const ranked = known
    .map((name) => ({ name, distance: leven(word, name) }))
    .toSorted((a, b) => a.distance - b.distance)
  const [best] = ranked
  return best !== undefined && best.distance <= Math.min(3, Math.ceil(word.length / 3)) ? best.name : null
}
