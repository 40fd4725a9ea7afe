import type { ComposeVolume } from '../compose-model.ts'
import { readTextMap } from './reading.ts'
import type { Reading } from './reading.ts'
import { readBoolean, readName } from './scalars.ts'
import { childOf } from './tree.ts'

/** A volume of the file by its key; null where the file has none. */
export function readVolume(key: string, reading: Reading): ComposeVolume | null {
  const volume = childOf(childOf(reading.file, 'volumes'), key)
  if (volume === undefined) return null
  return {
    key,
    name: readName(childOf(volume, 'name'), reading.findings) ?? key,
    driver: readName(childOf(volume, 'driver'), reading.findings) ?? 'local',
    external: readBoolean(childOf(volume, 'external'), reading.findings) ?? false,
    labels: readTextMap(childOf(volume, 'labels'), reading.findings),
    options: readTextMap(childOf(volume, 'driver_opts'), reading.findings),
  }
}
