import { parseDocument } from 'yaml'

/** One value to put into a file: a path of keys and what shall stand there; `undefined` takes the key away. */
export interface YamlEdit {
  path: readonly (string | number)[]
  value: unknown
}

/**
 * Edits a YAML text: comments and order stay, though a comment after a key may move to the line below it, and line
 * breaks in flow maps may change. Throws on text that is no YAML.
 */
export function editYaml(text: string, edits: readonly YamlEdit[]): string {
  const document = parseDocument(text)
  const [error] = document.errors
  if (error !== undefined) throw error
  for (const { path, value } of edits) {
    if (value === undefined) document.deleteIn(path)
    else document.setIn(path, typeof value === 'object' ? document.createNode(value) : value)
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false })
}
