import type { Mount } from '../../deployment/container.ts'
import { bindSource } from './bind-source.ts'
import { parseByteSize } from './byte-size.ts'
import type { Place } from './findings.ts'
import { readGrantedFiles } from './read-granted-files.ts'
import { readVolume } from './read-volumes.ts'
import { keyOf } from './reading.ts'
import type { ServiceReading } from './reading.ts'
import { readBoolean, readBytes } from './scalars.ts'
import { childOf, entriesOf, itemsOf, textOf } from './tree.ts'
import type { MapTree, ScalarTree } from './tree.ts'

/** `volumes`, `tmpfs`, `configs` and `secrets` of a service. Volumes by the engine's name; anonymous ones by none. */
export function readMounts(reading: ServiceReading): Mount[] {
  const volumes = itemsOf(keyOf(reading, 'volumes')).map((item) => {
    return item.kind === 'map' ? longMount(item, reading) : null
  })
  const tmpfs = itemsOf(keyOf(reading, 'tmpfs')).map((item) =>
    item.kind === 'scalar' ? shortTmpfs(item, reading) : null,
  )
  const mounts = [...volumes, ...tmpfs].filter((mount) => mount !== null)
  return [...mounts, ...readGrantedFiles(reading)]
}

function longMount(item: MapTree, reading: ServiceReading): Mount | null {
  const text = (key: string): string => textOf(childOf(item, key)) ?? ''
  const target = text('target')
  const readOnly = readBoolean(childOf(item, 'read_only'), reading.findings) ?? false
  if (!isTarget(target)) return refusedTarget(item.at, target, reading)
  checkLongOptions(item, reading)
  switch (text('type')) {
    case 'bind':
      return longBind(item, { source: text('source'), target, readOnly }, reading)
    case 'volume':
      return text('source') === ''
        ? { type: 'volume', source: '', target, readOnly }
        : namedVolume({ source: text('source'), target, readOnly }, reading)
    case 'tmpfs':
      return longTmpfs(item, target, reading)
    default: {
      const message = `mounts of type "${text('type')}" cannot be honoured`
      reading.findings.problem(item.at, message, 'Use bind, volume or tmpfs.')
      return null
    }
  }
}

const longTmpfs = (item: MapTree, target: string, { findings }: ServiceReading): Mount => ({
  type: 'tmpfs',
  target,
  sizeBytes: readBytes(childOf(childOf(item, 'tmpfs'), 'size'), findings) ?? null,
})

interface Ends {
  source: string
  target: string
  readOnly: boolean
}

function longBind(item: MapTree, { source, ...ends }: Ends, reading: ServiceReading): Mount | null {
  if (source === '') return null
  const path = bindSource(source, item.at, reading)
  const createHostPath =
    readBoolean(childOf(childOf(item, 'bind'), 'create_host_path'), reading.findings) ?? true
  return path === null ? null : { type: 'bind', source: path, ...ends, createHostPath }
}

function namedVolume({ source, ...ends }: Ends, reading: ServiceReading): Mount | null {
  const volume = readVolume(source, reading)
  return volume === null ? null : { type: 'volume', source: volume.name, ...ends }
}

/** Sub-keys of long mounts that we read elsewhere, or whose value is the engine's default. */
const READ_OR_DEFAULT = new Set([
  'bind.create_host_path',
  'bind.propagation=rprivate',
  'volume.nocopy=false',
  'tmpfs.size',
])
const ONLY_WARNED = new Set(['bind.selinux', 'volume.nocopy', 'volume.labels', 'tmpfs.mode'])

function checkLongOptions(item: MapTree, { findings }: ServiceReading): void {
  for (const group of ['bind', 'volume', 'tmpfs', 'image']) {
    for (const [key, { at, value }] of entriesOf(childOf(item, group))) {
      const name = `${group}.${key}`
      if (
        READ_OR_DEFAULT.has(name) ||
        READ_OR_DEFAULT.has(`${name}=${textOf(value) ?? ''}`) ||
        key.startsWith('x-')
      )
        continue
      if (ONLY_WARNED.has(name))
        findings.warn(at, `${name} of a mount has no effect here`, 'Prepare the mount on the host.')
      else findings.problem(at, `${name} of a mount cannot be honoured`, 'Mount it without this option.')
    }
  }
}

function shortTmpfs(item: ScalarTree, reading: ServiceReading): Mount | null {
  const [target = '', options = ''] = item.text.split(':')
  if (!isTarget(target)) return refusedTarget(item.at, item.text, reading)
  let sizeBytes: number | null = null
  for (const option of options.split(',').filter((text) => text !== '')) {
    const size = option.startsWith('size=') ? parseByteSize(option.slice('size='.length)) : null
    if (size !== null) sizeBytes = size
    else
      reading.findings.warn(item.at, `the tmpfs option "${option}" has no effect here`, 'Only size is kept.')
  }
  return { type: 'tmpfs', target, sizeBytes }
}

const isTarget = (target: string): boolean =>
  target.startsWith('/') && target !== '/' && !target.includes('\0')

function refusedTarget(at: Place, text: string, { findings }: ServiceReading): null {
  findings.problem(
    at,
    `"${text}" is not a mount: it needs an absolute path in the container`,
    'Write it as SOURCE:/path/in/container[:ro].',
  )
  return null
}
