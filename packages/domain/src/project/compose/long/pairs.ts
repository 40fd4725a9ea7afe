import { mapTree, nullTree, textOf, textTree } from '../tree.ts'
import type { Entry } from '../tree.ts'
import type { Form } from './forms.ts'

/** `KEY=value` items as a map. An item without a separator gets `missing`; null means "as in the environment". */
export const pairs =
  (missing: string | null): Form =>
  (tree, findings) => {
    if (tree.kind !== 'list') return tree
    const entries = tree.items.map((item): [string, Entry] => {
      const text = textOf(item) ?? ''
      const cut = text.indexOf('=')
      const value = cut === -1 ? missing : text.slice(cut + 1)
      const valueTree = value === null ? nullTree(item.at) : textTree(item.at, value)
      const key = cut === -1 ? text : text.slice(0, cut)
      if (key === '' || (missing === null && /\s$/.test(key))) {
        const message = `"${text}" has ${key === '' ? 'nothing' : 'a space'} before the "="`
        findings.problem(item.at, message, 'Give it a name right before the "=".')
      }
      return [
        key,
        { at: item.at, value: item.rule === undefined ? valueTree : { ...valueTree, rule: item.rule } },
      ]
    })
    return mapTree(tree.at, entries)
  }
