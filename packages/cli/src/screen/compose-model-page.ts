import type { Json } from '@towpath/domain/project/compose/model/shape.ts'
import { printable } from '@towpath/domain/project/compose/findings.ts'
import { line, span } from './line.ts'
import type { Line } from './line.ts'

/** A compose model for people: like the file, one thing a line, without what says nothing. */
export const modelPage = (model: Readonly<Record<string, Json>>): Line[] =>
  Object.entries(model).flatMap(([key, value]) => rows(key, value, 0))

function rows(key: string, value: Json, depth: number): Line[] {
  const indent = '  '.repeat(depth)
  const name = span(depth === 1 ? 'strong' : 'quiet', `${printable(key)}:`)
  if (value === null || typeof value !== 'object') return [line(indent, name, ` ${shown(value)}`)]
  if (Array.isArray(value)) {
    const isPlain = value.every((item) => item === null || typeof item !== 'object')
    if (isPlain) return [line(indent, name, ` [${value.map(shown).join(', ')}]`)]
    return [line(indent, name), ...value.flatMap((item, index) => rows(String(index + 1), item, depth + 1))]
  }
  const isSilent = (inner: string): boolean => value[inner] === null && /^(command|entrypoint)$/.test(inner)
  const entries = Object.entries(value).filter(([inner]) => !isSilent(inner))
  if (entries.length === 0) return [line(indent, name, ' {}')]
  return [line(indent, name), ...entries.flatMap(([inner, item]) => rows(inner, item, depth + 1))]
}

const shown = (value: Json): string =>
  typeof value === 'string' && /^[\w./:@%+-]+$/.test(value) ? value : printable(JSON.stringify(value))
