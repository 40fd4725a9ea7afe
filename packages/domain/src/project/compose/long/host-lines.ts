import type { Findings } from '../findings.ts'
import { isNull, listTree, textOf, textTree } from '../tree.ts'
import type { Tree } from '../tree.ts'
import type { Form } from './forms.ts'

interface HostLine {
  host: string
  address: string
  item: Tree
}

/** `extra_hosts` in either form as `host=address` lines, one per address, without brackets. */
export const hostLines: Form = (tree, findings) => {
  const lines = linesOf(tree, findings)
  if (lines === null) return tree
  return listTree(
    tree.at,
    lines.flatMap(({ host, address, item }) => {
      if (host === '' || /[:=\s]/.test(host) || isNull(item))
        return refused(`${host}=${address}`, item, findings)
      return [textTree(item.at, `${host}=${address.replace(/^\[(.+)\]$/, '$1')}`)]
    }),
  )
}

function linesOf(tree: Tree, findings: Findings): HostLine[] | null {
  if (tree.kind === 'list') return tree.items.flatMap((item) => fromText(item, findings))
  if (tree.kind !== 'map') return null
  return [...tree.entries].flatMap(([host, { value }]) =>
    (value.kind === 'list' ? value.items : [value]).map((item) => ({
      host,
      address: textOf(item) ?? '',
      item,
    })),
  )
}

function fromText(item: Tree, findings: Findings): HostLine[] {
  const text = textOf(item) ?? ''
  const cut = text.includes('=') ? text.indexOf('=') : text.indexOf(':')
  if (cut === -1) return refused(text, item, findings)
  const addresses = text.slice(cut + 1).split(',')
  return addresses.map((address) => ({ host: text.slice(0, cut), address, item }))
}

function refused(text: string, { at }: Tree, findings: Findings): [] {
  findings.problem(at, `"${text}" is not a host and its address`, 'Write it as name=address.')
  return []
}
