import type { Findings } from './findings.ts'
import type { Lookup } from './interpolate.ts'
import type { Layout } from './layout.ts'
import { childOf, entriesOf, textOf } from './tree.ts'
import type { MapTree, ScalarTree, Tree } from './tree.ts'

/** What every reader of a part of the merged file needs. */
export interface Reading {
  /** All files, interpolated, in long form, with absolute paths, merged and normalised. */
  file: MapTree
  findings: Findings
  lookup: Lookup
  /** Text of a file of the project; `path` is like those of the compose files. */
  envFile: (path: string) => string | null
  /** Environment files read so far: services often share one. */
  envFiles: Map<string, Map<string, string>>
  layout: Layout
  projectName: string
  pathMap: Readonly<Record<string, string>>
}

export interface ServiceReading extends Reading {
  name: string
  service: MapTree
}

export const keyOf = (reading: ServiceReading, key: string): Tree | undefined => childOf(reading.service, key)

/** A map of texts, as labels and driver options are. Warns where YAML made another text of an unquoted value. */
export function readTextMap(tree: Tree | undefined, findings: Findings): Record<string, string> {
  return Object.fromEntries(
    entriesOf(tree).map(([key, { value }]) => {
      if (value.kind === 'scalar') tellRespelled(key, value, findings)
      return [key, textOf(value) ?? '']
    }),
  )
}

/** `VERSION: 1.10` is the number 1.1 to every YAML reader; its author should know. */
export function tellRespelled(key: string, value: ScalarTree, findings: Findings): void {
  if (value.written === undefined || typeof value.value !== 'number') return
  const message = `${key} is written ${value.written}, which YAML reads as the number ${value.text}`
  findings.warn(value.at, message, `Quote it ("${value.written}") if the text is meant.`)
}
