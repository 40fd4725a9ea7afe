import { configJsonSchema } from './json-schema.ts'
import type { SchemaNode } from './json-schema.ts'

/** The reference of `towpath.yaml` as Markdown, made from the schema that reads the file. */
export function configReferencePage(): string {
  return `${[INTRODUCTION, ...renderTables(tablesOf({ path: '', node: configJsonSchema() }))].join('\n\n')}\n`
}

const INTRODUCTION = `<!-- Made by tools/reference-pages.ts from packages/domain/src/config. Do not edit. -->

# Configuration

One \`towpath.yaml\` stands beside the compose file. The compose file stays the truth for images, ports, volumes and networks.

- An unknown key is an error. Keys that start with \`x-\` are free, for notes and for anchors.
- One merge rule: an environment lies over \`defaults\`, which lie over the built-in values below. Maps merge by key; lists, texts and numbers replace.
- \`{environment}\` is the only substitution, and only in paths.
- \`secret:NAME\` stands for a value of the environment's encrypted file, \`var:NAME\` for one of its plain settings. They stand only where this page says so, and are always the whole value.
- A duration is days, hours, minutes, seconds, milliseconds in that order: \`500ms\`, \`10m\`, \`1h30m\`, \`7d\`. In a size, \`KB\` is 1,000 bytes and \`KiB\` is 1,024.
- \`towpath config show -e ENVIRONMENT --explain\` prints every value with the line it comes from.

Editors check the file while you type with this first line:

\`\`\`yaml
# yaml-language-server: $schema=docs/reference/towpath.schema.json
\`\`\``

interface Part {
  path: string
  node: SchemaNode
}

interface Table extends Part {
  text: string
}

/** A table of the keys of each map with known keys, outermost first; a map that was shown elsewhere is not shown again. */
function tablesOf(part: Part): Table[] {
  const entries = Object.entries(part.node.properties ?? {})
  const rows = entries.map(([key, node]) => {
    const needed = part.node.required?.includes(key) === true
    return `| \`${key}\` | ${valueOf(node)} | ${needed ? 'required' : builtInOf(node)} | ${node.description ?? ''} |`
  })
  const text = ['| key | value | built-in | what it is |', '|---|---|---|---|', ...rows].join('\n')
  return [
    { ...part, text },
    ...entries.flatMap(([key, node]) => partsIn(joined(part.path, key), node)).flatMap(tablesOf),
  ]
}

const joined = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

/** The maps with known keys that a value holds. */
function partsIn(path: string, node: SchemaNode): Part[] {
  if (node.properties) return [{ path, node }]
  const inner = typeof node.additionalProperties === 'object' ? node.additionalProperties : node.items
  const shapes = inner?.oneOf ?? inner?.anyOf ?? (inner ? [inner] : [])
  return shapes
    .filter((shape) => shape.properties !== undefined)
    .map((shape) => ({ path: `${path}${node.items ? '[]' : '.NAME'}`, node: shape }))
}

function renderTables(tables: readonly Table[]): string[] {
  const shown = new Set<string>()
  return tables.flatMap(({ path, node, text }) => {
    if (shown.has(text)) return []
    shown.add(text)
    return [`## ${path === '' ? 'The file' : code(path)}${kindOf(node)}`, text]
  })
}

const LIST = 'a list, each '

/** A list of what stands there alone as well needs no second description. */
const shapesOf = (shapes: readonly string[]): string[] => [
  ...new Set(
    shapes.map((shape) =>
      shape.startsWith(LIST) && shapes.includes(shape.slice(LIST.length)) ? 'a list of them' : shape,
    ),
  ),
]

/** A job and a service are told apart by one key. */
function kindOf(node: SchemaNode): string {
  const isJob = node.properties?.['job']?.const
  if (isJob === undefined) return ''
  return isJob === true ? ', a job' : ', a service'
}

function valueOf(node: SchemaNode): string {
  if (node.const !== undefined) return code(node.const)
  if (node.enum) return node.enum.map(code).join(' or ')
  const shapes = node.anyOf ?? node.oneOf
  if (shapes) return shapesOf(shapes.map(valueOf)).join(', or ')
  if (node.items) return `${LIST}${valueOf(node.items)}`
  if (node.properties) return 'a map'
  if (node.additionalProperties) return mapOf(node)
  return node.title === undefined ? 'text' : titleOf(node.title, node.examples ?? [])
}

const titleOf = (title: string, examples: readonly unknown[]): string =>
  examples.some((example) => title.includes(String(example))) || examples.length === 0
    ? title
    : `${title} (${examples.map(code).join(', ')})`

function mapOf(node: SchemaNode): string {
  const inner = typeof node.additionalProperties === 'object' ? node.additionalProperties : {}
  if (inner.properties ?? inner.oneOf) return 'a map'
  const keys = node.propertyNames?.anyOf?.[1] ?? node.propertyNames ?? {}
  return `a map: ${valueOf(keys)} -> ${valueOf(inner)}`
}

function builtInOf(node: SchemaNode): string {
  const value = node.default
  if (value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0))
    return ''
  return code(value)
}

const code = (value: unknown): string => `\`${String(value)}\``
