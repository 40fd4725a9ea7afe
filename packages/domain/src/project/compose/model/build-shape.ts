import { itemsOf, textOf } from '../tree.ts'
import { list, nullableMap, object, record, text, textMap, texts } from './shape.ts'
import type { Shape } from './shape.ts'
import { bytes, fileMode, flag, integer } from './values.ts'

/** A secret or config as a service or build is given it. */
export const grant = object({ source: text, target: text, uid: text, gid: text, mode: fileMode })

/** `host=address` lines, in order. */
export const hosts: Shape = (tree) => {
  const lines = itemsOf(tree).map((item) => textOf(item) ?? '')
  return lines.length === 0 ? undefined : lines.toSorted((a, b) => (a < b ? -1 : Number(a > b)))
}

const limits = object({ soft: integer, hard: integer })

/** One number for both limits, or both. */
export const ulimits = record((tree, findings) =>
  tree?.kind === 'map' ? limits(tree, findings) : (integer(tree, findings) ?? {}),
)

/** `id` alone, or `id=path`; Docker Compose itself fails to print the second as JSON. */
const keyFiles: Shape = (tree) => {
  if (tree?.kind !== 'map' || tree.entries.size === 0) return undefined
  return [...tree.entries].map(([id, { value }]) => (textOf(value) ? `${id}=${textOf(value) ?? ''}` : id))
}

export const buildShape = object({
  context: text,
  dockerfile: text,
  dockerfile_inline: text,
  entitlements: texts(),
  args: nullableMap,
  provenance: text,
  sbom: text,
  ssh: keyFiles,
  labels: textMap,
  cache_from: texts(),
  cache_to: texts(),
  no_cache: flag,
  no_cache_filter: texts(),
  additional_contexts: textMap,
  pull: flag,
  extra_hosts: hosts,
  isolation: text,
  network: text,
  target: text,
  secrets: list(grant),
  shm_size: bytes,
  tags: texts(),
  ulimits,
  platforms: texts(),
  privileged: flag,
})
