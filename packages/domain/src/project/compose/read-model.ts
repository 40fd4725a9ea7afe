import type { ComposeModel, ComposeNetwork, ComposeService, ComposeVolume } from '../compose-model.ts'
import { checkContainerNames, checkDependencies } from './check-services.ts'
import { readNetwork } from './read-networks.ts'
import { readService } from './read-service.ts'
import { readVolume } from './read-volumes.ts'
import type { Reading } from './reading.ts'
import { childOf, entriesOf, textOf } from './tree.ts'
import type { MapTree } from './tree.ts'
import { textsIn } from './scalars.ts'

/** The model of the services whose profiles are on, with the networks and volumes they use. */
export function readModel(
  reading: Reading,
  profiles: readonly string[],
): { model: ComposeModel; inactive: string[] } {
  const all = entriesOf(childOf(reading.file, 'services')).flatMap(([name, { at, value }]) =>
    value.kind === 'map' ? [{ name, tree: { ...value, at } }] : [],
  )
  if (all.length === 0 && reading.findings.problems.length === 0) {
    reading.findings.problem(
      reading.file.at,
      'the compose file defines no services',
      'Add at least one under "services:".',
    )
  }
  checkName(reading)
  const active = all.filter(({ tree }) => isActive(tree, profiles))
  const services = active.map(({ name, tree }) => readService({ ...reading, name, service: tree }))
  const findings = reading.findings
  const settledServices = checkDependencies(services, { placed: all, findings })
  checkContainerNames(services, { placed: all, findings })
  return {
    model: {
      name: reading.projectName,
      services: Object.fromEntries(settledServices.map((service) => [service.name, service])),
      networks: usedNetworks(services, reading),
      volumes: usedVolumes(services, reading),
    },
    inactive: all.filter((service) => !active.includes(service)).map(({ name }) => name),
  }
}

/** A service without profiles is always on; `*` turns every profile on. */
function isActive(service: MapTree, profiles: readonly string[]): boolean {
  const own = textsIn(childOf(service, 'profiles'))
  return own.length === 0 || profiles.includes('*') || own.some((profile) => profiles.includes(profile))
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
  const keys = new Set(services.flatMap((service) => Object.keys(service.networks)))
  return Object.fromEntries(
    [...keys].flatMap((key) => {
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
