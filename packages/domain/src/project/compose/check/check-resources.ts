import { parseBoolean } from '../scalars.ts'
import { childOf, entriesOf, textOf } from '../tree.ts'
import type { Entry } from '../tree.ts'
import type { Checking } from './check-model.ts'

const SOURCES = { configs: ['file', 'environment', 'content'], secrets: ['file', 'environment'] } as const

/** Finds volumes, secrets and configs that say too much or too little about themselves. */
export function checkResources(checking: Checking): void {
  for (const [key, entry] of entriesOf(childOf(checking.file, 'volumes'))) checkVolume(key, entry, checking)
  for (const section of ['configs', 'secrets'] as const) {
    for (const [key, entry] of entriesOf(childOf(checking.file, section)))
      checkFile({ section, key, entry }, checking)
  }
}

const isExternal = (entry: Entry): boolean =>
  parseBoolean(textOf(childOf(entry.value, 'external')) ?? 'no') === true

function checkVolume(key: string, entry: Entry, { findings }: Checking): void {
  if (!isExternal(entry)) return
  for (const [name, { at }] of entriesOf(entry.value)) {
    if (name === 'name' || name === 'external' || name.startsWith('x-')) continue
    const hint = 'Remove it: an external volume is as its owner made it.'
    findings.problem(at, `volumes.${key} is external and cannot say its ${name}`, hint)
  }
}

interface FilePart {
  section: 'configs' | 'secrets'
  key: string
  entry: Entry
}

function checkFile({ section, key, entry }: FilePart, { findings }: Checking): void {
  const given = SOURCES[section].filter((source) => childOf(entry.value, source) !== undefined)
  const choices = SOURCES[section].join(', ')
  const name = `${section}.${key}`
  if (given.length > 1)
    findings.problem(entry.at, `${name} has both ${given.join(' and ')}`, 'Keep one of them.')
  const hasOther = childOf(entry.value, 'driver') !== undefined && section === 'configs'
  if (given.length > 0 || hasOther || childOf(entry.value, 'external') !== undefined) return
  findings.problem(entry.at, `${name} has none of ${choices}`, `Give it one, or write "external: true".`)
}
