import type { ContainerEngine, NetworkState } from '@towpath/app/ports/container-engine.ts'
import type { NetworkSpec } from '@towpath/domain/deployment/container.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { z } from 'zod'
import { readAnswer, type EngineClient } from './client.ts'
import { INSTALLATION_LABEL } from '../labels.ts'
import { connect } from './connect.ts'
import { readContainer } from './container-answer.ts'
import { addressAt, parseIpv4Subnet, upperHalf } from './ipv4-subnet.ts'
import { chooseSubnet } from './subnet-probe.ts'

export interface NetworkCalls extends Pick<
  ContainerEngine,
  'ensureNetwork' | 'networkState' | 'detach' | 'attach' | 'removeNetwork'
> {
  /** Base address of the network plus `offset`. Throws where the network has no such address. */
  addressOn(network: string, offset: number): Promise<string>
}

interface FoundNetwork {
  id: string
  subnet: string
  ours: boolean
}

const rowsSchema = z.array(
  z.object({
    Id: z.string(),
    Name: z.string(),
    Created: z.string(),
    Labels: z.record(z.string(), z.string()).nullish(),
    IPAM: z.object({ Config: z.array(z.object({ Subnet: z.string().optional() })).nullish() }),
  }),
)
const membersSchema = z.object({
  Containers: z.record(z.string(), z.object({ IPv4Address: z.string() })).nullish(),
})

/** Another creation at the same moment may take the name or the addresses; each try then starts from what is there. */
const CREATE_ATTEMPTS = 5

export function networkCalls(client: EngineClient): NetworkCalls {
  const addressOn = async (network: string, offset: number): Promise<string> => {
    const found = await findNetwork(client, network)
    if (found === null) throw networkNotFound(network)
    const subnet = parseIpv4Subnet(found.subnet)
    const address = subnet && addressAt(subnet, offset)
    if (address === null) throw addressOutside({ network, subnet: found.subnet, offset })
    return address
  }
  return {
    async ensureNetwork(spec) {
      for (let attempt = 1; attempt <= CREATE_ATTEMPTS; attempt += 1) {
        const found = await findNetwork(client, spec.name)
        if (found !== null) return stateOf(client, spec.name, found)
        if (spec.external) throw networkNotFound(spec.name)
        await createNetwork(client, spec)
      }
      throw networkNotSettled(spec.name)
    },
    async networkState(name) {
      const found = await findNetwork(client, name)
      return found && stateOf(client, name, found)
    },
    addressOn,
    async attach(container, { network, aliases, address, offset }) {
      const found = await findNetwork(client, network)
      if (found === null) throw networkNotFound(network)
      const wanted = address ?? (offset === undefined ? null : await addressOn(network, offset))
      await connect(client, { container, networkId: found.id, network, aliases, address: wanted })
    },
    async removeNetwork(name) {
      const found = await findNetwork(client, name)
      if (found === null || !found.ours) return
      const doing = `remove network ${name}`
      await client.ask({ doing, method: 'DELETE', path: ['networks', found.id], allow: [404] })
    },
    async detach(container, network) {
      const found = await findNetwork(client, network)
      if (found === null) return
      await disconnect(client, { container, network, networkId: found.id })
    },
  }
}

/**
 * Found in the list by its exact name: the engine also answers to prefixes of ids, and refuses a name that two creations
 * in the same moment both got. Of two the older counts, for everybody.
 */
async function findNetwork(client: EngineClient, name: string): Promise<FoundNetwork | null> {
  const doing = `look up network ${name}`
  const query = { filters: JSON.stringify({ name: [name] }) }
  const answer = await client.ask({ doing, path: ['networks'], query })
  const rows = readAnswer(rowsSchema, answer.body, doing)
    .filter((row) => row.Name === name)
    .toSorted((a, b) => (a.Created + a.Id).localeCompare(b.Created + b.Id))
  const [oldest] = rows
  if (oldest === undefined) return null
  const subnets = (oldest.IPAM.Config ?? []).flatMap(({ Subnet }) => Subnet ?? [])
  return {
    id: oldest.Id,
    subnet: subnets.find((subnet) => parseIpv4Subnet(subnet) !== null) ?? '',
    ours: INSTALLATION_LABEL in (oldest.Labels ?? {}),
  }
}

/**
 * Creates it with its addresses pinned: the engine fixes addresses only on a network whose subnet was asked for. Says
 * nothing about success; the caller looks again.
 */
async function createNetwork(client: EngineClient, spec: NetworkSpec): Promise<void> {
  const config = await ipamConfig(client, spec)
  const answer = await client.ask({
    doing: `create network ${spec.name}`,
    method: 'POST',
    path: ['networks', 'create'],
    body: {
      Name: spec.name,
      CheckDuplicate: true,
      Driver: spec.driver,
      Internal: spec.internal,
      Labels: spec.labels,
      Options: spec.options,
      ...(config && { IPAM: { Driver: 'default', Config: [config] } }),
    },
    // 409: the name was taken meanwhile. 403: the addresses were; final only where the file asked for them.
    allow: spec.subnet === undefined ? [403, 409] : [409],
  })
  if (answer.status === 200) await removeYoungerTwin(client, spec.name, answer.body)
}

async function ipamConfig(client: EngineClient, spec: NetworkSpec): Promise<Record<string, string> | null> {
  if (spec.subnet !== undefined) {
    return { Subnet: spec.subnet, ...(spec.gateway === undefined ? {} : { Gateway: spec.gateway }) }
  }
  if (spec.driver !== 'bridge') return null
  const chosen = await chooseSubnet(client, spec)
  const subnet = parseIpv4Subnet(chosen)
  const gateway = subnet && addressAt(subnet, 1)
  if (subnet === null || gateway === null || subnet.prefixLength > 28) return { Subnet: chosen }
  return { Subnet: chosen, Gateway: gateway, IPRange: upperHalf(subnet) }
}

/** The engine's check of names is not atomic: of two networks by one name, ours goes if it is the younger. */
async function removeYoungerTwin(client: EngineClient, name: string, created: unknown): Promise<void> {
  const doing = `create network ${name}`
  const { Id } = readAnswer(z.object({ Id: z.string() }), created, doing)
  const winner = await findNetwork(client, name)
  if (winner === null || winner.id === Id) return
  await client.ask({ doing, method: 'DELETE', path: ['networks', Id], allow: [404] })
}

async function stateOf(
  client: EngineClient,
  name: string,
  { id, subnet }: FoundNetwork,
): Promise<NetworkState> {
  const doing = `inspect network ${name}`
  const answer = await client.ask({ doing, path: ['networks', id], allow: [404] })
  if (answer.status === 404) throw networkNotFound(name)
  const containers = readAnswer(membersSchema, answer.body, doing).Containers ?? {}
  const members = await Promise.all(
    Object.entries(containers).map(([member, { IPv4Address }]) =>
      memberOf(client, { id: member, network: name, address: IPv4Address.replace(/\/.*$/, '') }),
    ),
  )
  return { name, subnet, members: members.filter((member) => member !== null) }
}

async function memberOf(
  client: EngineClient,
  { id, network, address }: { id: string; network: string; address: string },
): Promise<NetworkState['members'][number] | null> {
  const doing = `inspect a member of network ${network}`
  const answer = await client.ask({ doing, path: ['containers', id, 'json'], allow: [404] })
  if (answer.status === 404) return null
  const container = readContainer(answer.body)
  return {
    container: container.name,
    id: container.id,
    ours: container.installation !== null,
    aliases: container.namesOn[network] ?? [container.name],
    address,
  }
}

/** Fine when it is not a member, or gone. */
async function disconnect(
  client: EngineClient,
  { container, network, networkId }: { container: string; network: string; networkId: string },
): Promise<void> {
  try {
    await client.ask({
      doing: `take container ${container} off network ${network}`,
      method: 'POST',
      path: ['networks', networkId, 'disconnect'],
      body: { Container: container, Force: true },
      allow: [404],
    })
  } catch (thrown) {
    // Engines differ in the status they give this, not in the words.
    if (thrown instanceof TowpathError && /is not connected to/i.test(thrown.message)) return
    throw thrown
  }
}

const networkNotFound = (name: string): TowpathError =>
  new TowpathError({
    code: 'NETWORK_NOT_FOUND',
    kind: 'not-found',
    message: `The host has no network by the name ${name}.`,
    hint: `Nothing was started. If the compose file calls it external, create it with \`docker network create ${name}\`.`,
  })

const networkNotSettled = (name: string): TowpathError =>
  new TowpathError({
    code: 'NETWORK_OVERLAPS',
    kind: 'conflict',
    message: `Network ${name} could not be created: its addresses were taken by another network ${CREATE_ATTEMPTS} times in a row.`,
    hint: 'No network was created. Retry when nothing else creates networks, or name a subnet in the compose file.',
    retryable: true,
  })

const addressOutside = (facts: { network: string; subnet: string; offset: number }): TowpathError =>
  new TowpathError({
    code: 'ADDRESS_OUTSIDE_NETWORK',
    kind: 'conflict',
    message: `Network ${facts.network} (${facts.subnet || 'without IPv4 addresses'}) has no address number ${facts.offset}.`,
    hint: 'Nothing was started. Give the network a larger subnet in the compose file.',
  })
