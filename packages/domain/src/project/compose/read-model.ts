import type { ComposeModel, ComposeNetwork, ComposeService, ComposeVolume } from '../compose-model.ts'
import { readNetwork } from './read-networks.ts'
import { readService } from './read-service.ts'
import { readVolume } from './read-volumes.ts'
import type { Reading } from './reading.ts'
import { childOf, entriesOf, textOf, withEntries } from './tree.ts'
import type { MapTree } from './tree.ts'

/** What Towpath ships: the services whose profiles are on, with the networks and volumes they use. */
export function readModel(reading: Reading, active: ReadonlyMap<string, MapTree>): ComposeModel {
  checkName(reading)
  const services = [...active].map(([name, service]) =>
    readService({ ...reading, name, service: withoutAbsent(service, active) }),
  )
  return {
    name: reading.projectName,
    services: Object.fromEntries(services.map((service) => [service.name, service])),
    networks: usedNetworks(services, reading),
    volumes: usedVolumes(services, reading),
  }
}

/** Dependencies on services that are not there are optional, or were told. */
function withoutAbsent(service: MapTree, active: ReadonlyMap<string, MapTree>): MapTree {
  const written = service.entries.get('depends_on')
  if (written?.value.kind !== 'map') return service
  const kept = [...written.value.entries].filter(([name]) => active.has(name))
  return withEntries(service, [
    ...service.entries,
    ['depends_on', { ...written, value: withEntries(written.value, kept) }],
  ])
}

function checkName(reading: Reading): void {
  const tree = childOf(reading.file, 'name')
  const name = textOf(tree)
  if (tree === undefined || name === null || name === reading.projectName) return
  const message = `the file calls the project "${name}", but its networks and volumes will be called ${reading.projectName}_…`
  reading.findings.warn(
    tree.at,
    message,
    'Give volumes that exist already their "name:", so that they are found.',
  )
}

function usedNetworks(services: readonly ComposeService[], reading: Reading): Record<string, ComposeNetwork> {
  const used = new Set(services.flatMap((service) => Object.keys(service.networks)))
  return Object.fromEntries(
    [...used].flatMap((key) => {
      const network = readNetwork(key, reading)
      return network === null ? [] : [[key, network]]
    }),
  )
}

function usedVolumes(services: readonly ComposeService[], reading: Reading): Record<string, ComposeVolume> {
  const names = new Set(
    services.flatMap((service) =>
      service.mounts.map((mount) => (mount.type === 'volume' ? mount.source : '')),
    ),
  )
  const defined = entriesOf(childOf(reading.file, 'volumes')).flatMap(
    ([key]) => readVolume(key, reading) ?? [],
  )
  return Object.fromEntries(
    defined.filter(({ name }) => names.has(name)).map((volume) => [volume.key, volume]),
  )
}
