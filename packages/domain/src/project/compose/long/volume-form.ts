import type { Findings, Place } from '../findings.ts'
import { cleanPath } from '../host-path.ts'
import { mapTree, textTree, truth, withEntries } from '../tree.ts'
import type { Entry, ScalarTree } from '../tree.ts'
import type { ItemForm } from './forms.ts'
import { textsAt } from './item-forms.ts'
import { pairs } from './pairs.ts'
import { keys } from './forms.ts'
import { parseVolumeText } from './volume-text.ts'

const PROPAGATIONS = new Set(['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave'])

/** Options that Docker Compose takes and that mean nothing on a Linux engine. */
const WITHOUT_MEANING = new Set(['', 'rw', 'cached', 'delegated', 'consistent'])

const longKeys = keys({ volume: keys({ labels: pairs('') }) })

/** A mount as a map with `type`, `source`, `target` and what its options say (chapter "volumes" of services). */
export const longVolume: ItemForm = (item, findings) => {
  if (item.kind !== 'scalar') return longKeys(item, findings)
  const volume = parseVolumeText(item.text)
  if (volume === null) {
    const isSourceEmpty = item.text.startsWith(':')
    findings.problem(
      item.at,
      `"${item.text}" is not a mount${isSourceEmpty ? ': nothing stands before the first colon' : ''}`,
      `${isSourceEmpty ? 'Where a variable stands there, give it a value in the settings of the environment. ' : ''}Write it as SOURCE:/path/in/container[:ro].`,
    )
    return []
  }
  if (/^[A-Za-z]:/.test(volume.source ?? volume.target))
    findings.warn(
      item.at,
      `"${item.text}" is read as a path of Windows: one letter before a colon is a drive`,
      'Give the volume a longer name.',
    )
  const isBind = volume.source !== null && isPath(volume.source)
  const texts = {
    type: isBind ? 'bind' : 'volume',
    ...(volume.source === null ? {} : { source: volume.source }),
    target: cleanPath(volume.target),
  }
  return withEntries(textsAt(item.at, texts), [
    ...textsAt(item.at, texts).entries,
    ...(volume.options.includes('ro') ? [yes('read_only', item)] : []),
    ...groups(volume.options, isBind, item),
    ...untold(volume.options, item.at, findings),
  ])
}

/** A source that is a place on the host rather than the name of a volume. */
const isPath = (source: string): boolean => /^([./~]|\\\\|[A-Za-z]:)/.test(source)

const yes = (key: string, { at }: ScalarTree): [string, Entry] => [key, { at, value: truth(at) }]

/** The short form always says `bind` or `volume`, and may say both. */
function groups(options: readonly string[], isBind: boolean, item: ScalarTree): [string, Entry][] {
  const propagation = options.findLast((option) => PROPAGATIONS.has(option))
  const selinux = options.findLast((option) => option === 'z' || option === 'Z')
  const bind: [string, Entry][] = [
    ...textEntries({ propagation, selinux }, item),
    ...(isBind ? [yes('create_host_path', item)] : []),
  ]
  const volume = options.includes('nocopy') ? [yes('nocopy', item)] : []
  return [
    ...(isBind || bind.length > 0 ? [group('bind', bind, item)] : []),
    ...((!isBind && item.text.length > 2) || volume.length > 0 ? [group('volume', volume, item)] : []),
  ]
}

const textEntries = (
  texts: Readonly<Record<string, string | undefined>>,
  { at }: ScalarTree,
): [string, Entry][] =>
  Object.entries(texts).flatMap(([key, text]): [string, Entry][] =>
    text === undefined ? [] : [[key, { at, value: textTree(at, text) }]],
  )

const group = (key: string, entries: [string, Entry][], { at }: ScalarTree): [string, Entry] => [
  key,
  { at, value: mapTree(at, entries) },
]

/** Docker Compose passes over options it does not know; whoever wrote them should hear of it. */
function untold(options: readonly string[], at: Place, findings: Findings): [] {
  for (const option of options) {
    if (WITHOUT_MEANING.has(option) || PROPAGATIONS.has(option) || /^(ro|z|Z|nocopy)$/.test(option)) continue
    findings.warn(
      at,
      `the volume option "${option}" is not known and has no effect`,
      'Known are ro, rw, z, Z, nocopy and the propagations.',
    )
  }
  return []
}
