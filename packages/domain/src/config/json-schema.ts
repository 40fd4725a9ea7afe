import { z } from 'zod'
import { configFile } from './schema.ts'
import { FREE_KEY_PATTERN, isMapOfForeignKeys } from './yaml-tree.ts'

/** A JSON Schema node, as far as this house reads it. */
export interface SchemaNode {
  type?: string
  description?: string
  default?: unknown
  const?: unknown
  enum?: unknown[]
  examples?: unknown[]
  pattern?: string
  minimum?: number
  maximum?: number
  properties?: Record<string, SchemaNode>
  required?: string[]
  additionalProperties?: SchemaNode | boolean
  patternProperties?: Record<string, SchemaNode>
  propertyNames?: SchemaNode
  items?: SchemaNode
  anyOf?: SchemaNode[]
  oneOf?: SchemaNode[]
  $schema?: string
  title?: string
}

/** JSON Schema (draft 2020-12) of `towpath.yaml` for editors, made from the schema that reads the file. */
export function configJsonSchema(): SchemaNode {
  const made: SchemaNode = JSON.parse(JSON.stringify(z.toJSONSchema(configFile, { io: 'input' })))
  const { $schema = '', ...schema } = made
  return { $schema, title: 'towpath.yaml', ...freeKeys(schema, '') }
}

/** Keys that start with `x-` are free everywhere, so they escape both the known keys and the rule for names. */
function freeKeys(node: SchemaNode, key: string): SchemaNode {
  const result: SchemaNode = { ...node }
  if (node.properties) {
    const open = Object.entries(node.properties).map(([name, inner]) => [name, freeKeys(inner, name)])
    result.properties = Object.fromEntries(open)
  }
  if (typeof node.additionalProperties === 'object')
    result.additionalProperties = freeKeys(node.additionalProperties, '')
  if (node.items) result.items = freeKeys(node.items, '')
  if (node.anyOf) result.anyOf = node.anyOf.map((branch) => freeKeys(branch, key))
  if (node.oneOf) result.oneOf = node.oneOf.map((branch) => freeKeys(branch, key))
  if (node.type !== 'object' || isMapOfForeignKeys(key)) return result
  result.patternProperties = { [FREE_KEY_PATTERN.source]: {} }
  if (node.propertyNames)
    result.propertyNames = { anyOf: [{ pattern: FREE_KEY_PATTERN.source }, node.propertyNames] }
  return result
}
