import type { ComposeVolume } from '../compose-model.ts'
import { readTextMap } from './reading.ts'
import type { Reading } from './reading.ts'
import { readBoolean, readName } from './scalars.ts'
import { childOf } from './tree.ts'
import type { Tree } from './tree.ts'

/** A volume of the file by its key; null where the file has none. */
export function readVolume(key: string, reading: Reading): ComposeVolume | null {
  const volume = childOf(childOf(reading.file, 'volumes'), key)
  if (volume === undefined) return null
  const external = readExternal(volume, reading)
  return {
    key,
    name:
      external.name ??
      readName(childOf(volume, 'name'), reading.findings) ??
      ownName(key, external.external, reading),
    driver: readName(childOf(volume, 'driver'), reading.findings) ?? 'local',
    external: external.external,
    labels: readTextMap(childOf(volume, 'labels'), reading.findings),
    options: readTextMap(childOf(volume, 'driver_opts'), reading.findings),
  }
}

/** What the engine calls a network or volume that has no name of its own. */
export const ownName = (key: string, external: boolean, { projectName }: Reading): string =>
  external ? key : `${projectName}_${key}`

/** `external: true`, or the older `external: {name: …}`. */
export function readExternal(tree: Tree, reading: Reading): { external: boolean; name: string | null } {
  const external = childOf(tree, 'external')
  if (external?.kind === 'map') {
    return { external: true, name: readName(childOf(external, 'name'), reading.findings) ?? null }
  }
  return { external: readBoolean(external, reading.findings) ?? false, name: null }
}
