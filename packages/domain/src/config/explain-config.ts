import type { TowpathConfig } from './parse-config.ts'
import { blockOf, completeEnvironmentOf } from './resolve-config.ts'
import { isPlainMap } from './yaml-tree.ts'
import type { Plain, TreePath } from './yaml-tree.ts'

/** One value that an environment ends up with, and the line that it comes from. Secrets show as `secret:NAME`. */
export interface ExplainedValue {
  /** Keys from the top of the environment, or of the file for what all environments share. */
  path: string[]
  value: string
  /** Null for built-in values. */
  file: string | null
  line: number | null
  from: 'environment' | 'defaults' | 'project' | 'built-in'
}

/** Every value of an environment, the project's first, each with the place that decides it. */
export function explainConfig(config: TowpathConfig, environment: string): ExplainedValue[] {
  const complete = completeEnvironmentOf(config, environment)
  const { version: _version, defaults: _defaults, environments: _environments, ...project } = config.file
  const projectLayers: Layer[] = [{ from: 'project', prefix: [] }]
  const environmentLayers: Layer[] = [
    { from: 'environment', prefix: ['environments', environment] },
    { from: 'defaults', prefix: ['defaults'] },
  ]
  return [
    ...leavesOf(project, []).map((leaf) => explainLeaf(config, leaf, projectLayers)),
    ...leavesOf(complete, []).map((leaf) => explainLeaf(config, leaf, environmentLayers)),
  ]
}

interface Layer {
  from: 'environment' | 'defaults' | 'project'
  prefix: string[]
}

interface Leaf {
  path: string[]
  value: unknown
}

/** Maps are walked into, lists and texts are what one line decides. An empty map decides nothing. */
function leavesOf(value: unknown, path: string[]): Leaf[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ path, value }]
  return Object.entries(value).flatMap(([key, inner]) =>
    inner === undefined ? [] : leavesOf(inner, [...path, key]),
  )
}

function explainLeaf(config: TowpathConfig, leaf: Leaf, layers: readonly Layer[]): ExplainedValue {
  const row = { path: leaf.path, value: showValue(leaf.value) }
  const layer = layers.find(({ prefix }) => isWritten(config, [...prefix, ...leaf.path]))
  if (layer === undefined) return { ...row, file: null, line: null, from: 'built-in' }
  const place: TreePath = [...layer.prefix, ...leaf.path]
  // What all environments share is shown as written; in an environment's own paths `{environment}` is filled in.
  const written = layer.from === 'project' ? { value: showValue(blockOf(config, leaf.path)) } : {}
  return { ...row, ...written, file: config.path, line: config.source.valueAt(place).line, from: layer.from }
}

function isWritten(config: TowpathConfig, path: string[]): boolean {
  const above: Plain | undefined = blockOf(config, path.slice(0, -1))
  return isPlainMap(above) && Object.hasOwn(above, path.at(-1) ?? '')
}

const showValue = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(showValue).join(', ')}]`
  return typeof value === 'string' ? value : JSON.stringify(value)
}
