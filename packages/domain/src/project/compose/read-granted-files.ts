import type { Mount } from '../../deployment/container.ts'
import { bindSource } from './bind-source.ts'
import { keyOf } from './reading.ts'
import type { ServiceReading } from './reading.ts'
import { childOf, itemsOf, textOf } from './tree.ts'
import type { Tree } from './tree.ts'

interface GrantedKind {
  section: 'secrets' | 'configs'
  /** Where a file without a target of its own appears in the container. */
  folder: string
}

const SECTIONS: readonly GrantedKind[] = [
  { section: 'secrets', folder: '/run/secrets/' },
  { section: 'configs', folder: '/' },
]

/**
 * `secrets` and `configs` that are files of the host, as read-only mounts. Others would have to be written to the host
 * by us, so they are refused by name.
 */
export function readGrantedFiles(reading: ServiceReading): Mount[] {
  return SECTIONS.flatMap((kind) =>
    itemsOf(keyOf(reading, kind.section)).flatMap((item) => grantedFile(item, kind, reading) ?? []),
  )
}

function grantedFile(item: Tree, kind: GrantedKind, reading: ServiceReading): Mount | null {
  const name = textOf(childOf(item, 'source')) ?? ''
  const defined = childOf(childOf(reading.file, kind.section), name)
  const { findings } = reading
  if (defined === undefined) return null
  const file = textOf(childOf(defined, 'file'))
  if (file === null || file === '') {
    const hint = 'Give it a "file:" on the host, or pass the value in the environment.'
    findings.problem(item.at, `${kind.section}.${name} is not a file, and only files can be honoured`, hint)
    return null
  }
  for (const key of ['uid', 'gid', 'mode']) {
    const given = childOf(item, key)
    if (given === undefined) continue
    findings.warn(
      given.at,
      `${key} of ${kind.section}.${name} has no effect: the file is mounted as it is on the host`,
      'Set it on the host.',
    )
  }
  const target = textOf(childOf(item, 'target')) ?? name
  const source = bindSource(file, defined.at, reading)
  if (source === null) return null
  return {
    type: 'bind',
    source,
    target: target.startsWith('/') ? target : `${kind.folder}${target}`,
    readOnly: true,
    createHostPath: false,
  }
}
