import type { Mount, PublishedPort } from '../deployment/container.ts'
import { mapPath } from './compose/host-path.ts'
import { moveAddress } from './compose/ip-address.ts'
import type { ComposeModel, ComposeNetwork, ComposeService } from './compose-model.ts'

/** What an environment renames so that it can live beside another on one engine. Empty maps change nothing. */
export interface ModelMapping {
  /** Prefixes of bind-mount sources and what they become; relative ones start at `projectFolder`. */
  paths?: Readonly<Record<string, string>>
  /** Absolute. Needed only for relative `paths`. */
  projectFolder?: string
  /** `hostPort` or `hostPort:containerPort` (which wins) to another host port. */
  ports?: Readonly<Record<string, number>>
  names?: {
    /** Put before container names, and before networks and volumes that the file names itself. External ones stay. */
    prefix?: string
    /** Container, network or volume name, as in the file, to the whole new name. Wins over the prefix. */
    exact?: Readonly<Record<string, string>>
  }
  /** Compose network key to what differs. Fixed addresses of services keep their distance from the subnet's start. */
  networks?: Readonly<Record<string, { name?: string; subnet?: string; gateway?: string }>>
  /** Host name to host name: in variables, labels, commands, extra hosts and host names, as whole names only. */
  domains?: Readonly<Record<string, string>>
}

export interface MappedModel {
  model: ComposeModel
  /** Keys of the mapping that fitted nothing, such as `ports.8080`: most likely typing errors. */
  unused: string[]
}

interface Mapping extends ModelMapping {
  used: Set<string>
  from: ComposeModel
}

/**
 * The model as an environment has it. Aliases stay: inside the environment's own networks every service is known by the
 * names the files give it, whatever its container is called on the engine.
 */
export function mapModel(model: ComposeModel, wanted: ModelMapping): MappedModel {
  const mapping: Mapping = { ...wanted, used: new Set(), from: model }
  const volumes = mapValues(model.volumes, (volume) => ({ ...volume, name: resourceName(volume, mapping) }))
  const volumeNames = new Map(
    Object.values(model.volumes).map(({ key, name }) => [name, volumes[key]?.name ?? name]),
  )
  const services = mapValues(model.services, (service) => mapService(service, volumeNames, mapping))
  const networks = mapValues(model.networks, (network) => mapNetwork(network, mapping))
  return {
    model: { ...model, services, networks, volumes },
    unused: keysOf(wanted).filter((key) => !mapping.used.has(key)),
  }
}

function mapService(
  service: ComposeService,
  volumes: ReadonlyMap<string, string>,
  mapping: Mapping,
): ComposeService {
  const text = (value: string): string => mapDomains(value, mapping)
  const { settings } = service
  return {
    ...service,
    containerName: service.containerName === null ? null : newName(service.containerName, mapping),
    command: service.command?.map(text) ?? null,
    entrypoint: service.entrypoint?.map(text) ?? null,
    environment: mapValues(service.environment, text),
    labels: mapValues(service.labels, text),
    mounts: service.mounts.map((mount) => mapMount(mount, volumes, mapping)),
    ports: service.ports.map((port) => mapPort(port, mapping)),
    networks: Object.fromEntries(
      Object.entries(service.networks).map(([key, attachment]) => [
        key,
        { ...attachment, ...movedAddress(key, attachment.address, mapping) },
      ]),
    ),
    settings: {
      ...settings,
      ...(settings.hostname === undefined ? {} : { hostname: text(settings.hostname) }),
      ...(settings.domainname === undefined ? {} : { domainname: text(settings.domainname) }),
      ...(settings.extraHosts === undefined ? {} : { extraHosts: settings.extraHosts.map(text) }),
    },
  }
}

function mapMount(mount: Mount, volumes: ReadonlyMap<string, string>, mapping: Mapping): Mount {
  if (mount.type === 'volume') return { ...mount, source: volumes.get(mount.source) ?? mount.source }
  if (mount.type === 'tmpfs') return mount
  const { path, key } = mapPath(mount.source, mapping.paths ?? {}, mapping.projectFolder ?? '/')
  if (key !== null) mapping.used.add(`paths.${key}`)
  return { ...mount, source: path }
}

function mapPort(port: PublishedPort, mapping: Mapping): PublishedPort {
  const keys = [`${port.hostPort}:${port.containerPort}`, `${port.hostPort}`]
  const key = keys.find((candidate) => Object.hasOwn(mapping.ports ?? {}, candidate))
  if (key === undefined) return port
  mapping.used.add(`ports.${key}`)
  return { ...port, hostPort: mapping.ports?.[key] ?? port.hostPort }
}

function mapNetwork(network: ComposeNetwork, mapping: Mapping): ComposeNetwork {
  const named = { ...network, name: resourceName(network, mapping) }
  if (!Object.hasOwn(mapping.networks ?? {}, network.key)) return named
  mapping.used.add(`networks.${network.key}`)
  return { ...named, ...mapping.networks?.[network.key] }
}

function movedAddress(key: string, address: string | undefined, mapping: Mapping): { address?: string } {
  const from = mapping.from.networks[key]?.subnet
  const to = Object.hasOwn(mapping.networks ?? {}, key) ? mapping.networks?.[key]?.subnet : undefined
  if (address === undefined || from === undefined || to === undefined) return {}
  return { address: moveAddress(address, from, to) ?? address }
}

/** External resources belong to somebody else; names made of the project's are already the environment's own. */
function resourceName(
  { key, name, external }: { key: string; name: string; external: boolean },
  mapping: Mapping,
): string {
  return external || name === `${mapping.from.name}_${key}`
    ? (exactName(name, mapping) ?? name)
    : newName(name, mapping)
}

const newName = (name: string, mapping: Mapping): string =>
  exactName(name, mapping) ?? `${mapping.names?.prefix ?? ''}${name}`

function exactName(name: string, mapping: Mapping): string | undefined {
  const exact = mapping.names?.exact ?? {}
  if (!Object.hasOwn(exact, name)) return undefined
  mapping.used.add(`names.exact.${name}`)
  return exact[name]
}

function mapDomains(text: string, mapping: Mapping): string {
  let result = text
  for (const [from, to] of Object.entries(mapping.domains ?? {})) {
    const pattern = new RegExp(
      `(?<![A-Za-z0-9.-])${from.replaceAll(/[^A-Za-z0-9]/g, '\\$&')}(?![A-Za-z0-9-]|\\.[A-Za-z0-9])`,
      'g',
    )
    result = result.replaceAll(pattern, () => {
      mapping.used.add(`domains.${from}`)
      return to
    })
  }
  return result
}

const keysOf = (mapping: ModelMapping): string[] =>
  Object.entries({
    paths: mapping.paths,
    ports: mapping.ports,
    'names.exact': mapping.names?.exact,
    networks: mapping.networks,
    domains: mapping.domains,
  }).flatMap(([group, entries]) => Object.keys(entries ?? {}).map((key) => `${group}.${key}`))

const mapValues = <T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
