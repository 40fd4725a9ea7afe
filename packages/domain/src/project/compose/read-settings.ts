import type { ContainerSettings } from '../../deployment/container.ts'
import { keyOf, readTextMap } from './reading.ts'
import type { ServiceReading } from './reading.ts'
import {
  readBoolean,
  readBytes,
  readBytesOrUnlimited,
  readDuration,
  readName,
  readNumber,
  readTexts,
  readText,
  readWholeNumber,
} from './scalars.ts'
import type { Read } from './scalars.ts'
import { childOf, entriesOf, isNull, itemsOf, textOf } from './tree.ts'
import type { Tree } from './tree.ts'

type Reader<K extends keyof ContainerSettings> = {
  key: string
  read: Read<NonNullable<ContainerSettings[K]>>
}

const readSysctls: Read<Record<string, string>> = (tree, findings) =>
  tree === undefined || isNull(tree) ? undefined : readTextMap(tree, findings)

const readUlimits: Read<NonNullable<ContainerSettings['ulimits']>> = (tree, findings) => {
  const limits = entriesOf(tree).flatMap(([name, { value }]) => {
    const soft = readWholeNumber(value.kind === 'map' ? childOf(value, 'soft') : value, findings)
    const hard = readWholeNumber(value.kind === 'map' ? childOf(value, 'hard') : value, findings)
    return soft === undefined || hard === undefined ? [] : [{ name, soft, hard }]
  })
  return limits.length === 0 ? undefined : limits
}

type Device = NonNullable<ContainerSettings['devices']>[number]

const readDevices: Read<Device[]> = (tree, findings) => {
  const devices = itemsOf(tree).flatMap((item) => {
    const device = longDevice(item)
    const { host, container, permissions } = device
    if (host.startsWith('/') && container.startsWith('/') && /^[rwm]{1,3}$/.test(permissions)) return [device]
    const message = `"${host}" is not a device of the host`
    findings.problem(item.at, message, 'Write it as /dev/NAME[:/dev/NAME[:rwm]].')
    return []
  })
  return devices.length === 0 ? undefined : devices
}

function longDevice(item: Tree): Device {
  const text = (key: string): string | null => textOf(childOf(item, key))
  const host = text('source') ?? ''
  return { host, container: text('target') ?? host, permissions: text('permissions') ?? 'rwm' }
}

const readLogging: Read<NonNullable<ContainerSettings['logging']>> = (tree, findings) => {
  if (tree?.kind !== 'map') return undefined
  const driver = readName(childOf(tree, 'driver'), findings) ?? 'json-file'
  return { driver, options: readTextMap(childOf(tree, 'options'), findings) }
}

/** `host:address`, as the engine takes them. */
const readExtraHosts: Read<string[]> = (tree, findings) => {
  const hosts = itemsOf(tree).flatMap((item) => {
    const match = /^([^=:\s]+)=\s*(\S+)$/.exec(textOf(item) ?? '')
    if (match) return [`${match[1]}:${match[2] ?? ''}`]
    findings.problem(
      item.at,
      `"${textOf(item) ?? ''}" is not a host and its address`,
      'Write it as name=address.',
    )
    return []
  })
  return hosts.length === 0 ? undefined : hosts
}

/** `service:` and `container:` share with one certain container, which the next release would replace. */
const readNamespace: Read<string> = (tree, findings) => {
  const text = textOf(tree) || undefined
  if (tree === undefined || text === undefined || !/^(service|container):/.test(text)) return text
  findings.problem(
    tree.at,
    `sharing with ${text} cannot be honoured`,
    'Only the host can be shared with, or nothing.',
  )
  return undefined
}

/** One row per setting that is passed on as it is: its key in the file, and how to read it. */
const READERS: { [K in keyof ContainerSettings]-?: Reader<K> } = {
  user: { key: 'user', read: readName },
  workingDir: { key: 'working_dir', read: readName },
  hostname: { key: 'hostname', read: readName },
  domainname: { key: 'domainname', read: readName },
  init: { key: 'init', read: readBoolean },
  tty: { key: 'tty', read: readBoolean },
  stdinOpen: { key: 'stdin_open', read: readBoolean },
  privileged: { key: 'privileged', read: readBoolean },
  readOnly: { key: 'read_only', read: readBoolean },
  stopSignal: { key: 'stop_signal', read: readText },
  stopGraceMs: { key: 'stop_grace_period', read: readDuration },
  shmSizeBytes: { key: 'shm_size', read: readBytes },
  memoryBytes: { key: 'mem_limit', read: readBytes },
  memoryReservationBytes: { key: 'mem_reservation', read: readBytes },
  memorySwapBytes: { key: 'memswap_limit', read: readBytesOrUnlimited },
  cpus: { key: 'cpus', read: readNumber },
  pidsLimit: { key: 'pids_limit', read: readWholeNumber },
  oomScoreAdj: { key: 'oom_score_adj', read: readWholeNumber },
  platform: { key: 'platform', read: readName },
  pid: { key: 'pid', read: readNamespace },
  ipc: { key: 'ipc', read: readNamespace },
  userns: { key: 'userns_mode', read: readName },
  capAdd: { key: 'cap_add', read: readTexts },
  capDrop: { key: 'cap_drop', read: readTexts },
  securityOpt: { key: 'security_opt', read: readTexts },
  groupAdd: { key: 'group_add', read: readTexts },
  dns: { key: 'dns', read: readTexts },
  dnsSearch: { key: 'dns_search', read: readTexts },
  dnsOptions: { key: 'dns_opt', read: readTexts },
  extraHosts: { key: 'extra_hosts', read: readExtraHosts },
  sysctls: { key: 'sysctls', read: readSysctls },
  ulimits: { key: 'ulimits', read: readUlimits },
  devices: { key: 'devices', read: readDevices },
  logging: { key: 'logging', read: readLogging },
}

/** Keys of a service that go to `ContainerSettings`. */
export const SETTING_KEYS: readonly string[] = Object.values(READERS).map(({ key }) => key)

/** Everything of a service that is passed on untouched, with the limits of `deploy.resources` laid over it. */
export function readSettings(reading: ServiceReading): ContainerSettings {
  const settings = Object.entries(READERS).flatMap(([name, { key, read }]) => {
    const value: unknown = (read as Read<unknown>)(keyOf(reading, key), reading.findings)
    return value === undefined ? [] : [[name, value]]
  })
  return { ...(Object.fromEntries(settings) as ContainerSettings), ...deployLimits(reading) }
}

type Limit = 'cpus' | 'memoryBytes' | 'pidsLimit' | 'memoryReservationBytes'

const LIMITS: readonly { name: Limit; group: 'limits' | 'reservations'; key: string; read: Read<number> }[] =
  [
    { name: 'cpus', group: 'limits', key: 'cpus', read: readNumber },
    { name: 'memoryBytes', group: 'limits', key: 'memory', read: readBytes },
    { name: 'pidsLimit', group: 'limits', key: 'pids', read: readWholeNumber },
    { name: 'memoryReservationBytes', group: 'reservations', key: 'memory', read: readBytes },
  ]

function deployLimits(reading: ServiceReading): Partial<Record<Limit, number>> {
  const resources = childOf(keyOf(reading, 'deploy'), 'resources')
  const limits: Partial<Record<Limit, number>> = {}
  for (const { name, group, key, read } of LIMITS) {
    const tree = childOf(childOf(resources, group), key)
    const value = read(tree, reading.findings)
    if (value !== undefined) limits[name] = value
  }
  return limits
}
