import { isPlainMap } from './yaml-tree.ts'
import type { Plain, PlainMap } from './yaml-tree.ts'

/** The one merge rule: maps merge by key, everything else (lists, texts, numbers) is replaced by what lies over it. */
export function mergeLayers(under: Plain | undefined, over: Plain | undefined): Plain | undefined {
  if (over === undefined) return under
  if (!isPlainMap(under) || !isPlainMap(over)) return over
  const merged: PlainMap = { ...under }
  for (const [key, value] of Object.entries(over)) merged[key] = mergeLayers(merged[key], value) ?? null
  return merged
}
