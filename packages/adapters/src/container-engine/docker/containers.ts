import type { ContainerEngine, ContainerState } from '@towpath/app/ports/container-engine.ts'
import type { Attachment, ContainerSpec } from '@towpath/domain/deployment/container.ts'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { belongsTogether, INSTALLATION_LABEL } from '../labels.ts'
import { readAnswer, type EngineClient } from './client.ts'
import { stateOf, type InspectedContainer } from './container-answer.ts'
import {
  containerNotFound,
  containerRunning,
  nameReserved,
  nameTaken,
  unlabelled,
} from './container-errors.ts'
import { connect } from './connect.ts'
import { createBody, type Endpoint } from './create-body.ts'
import { fillBody } from './fill-body.ts'
import { findContainer, findOurs, inspectContainer, listContainers } from './find-container.ts'
import type { NetworkCalls } from './networks.ts'
import { waitForExit } from './wait-for-exit.ts'

type ContainerCalls = Pick<
  ContainerEngine,
  'ensureRunning' | 'ensureRanOnce' | 'inspect' | 'list' | 'waitForExit' | 'stop' | 'remove'
>

export interface ContainerSurroundings {
  networks: NetworkCalls
  secrets: () => ReadonlyMap<string, string>
}

/** Creating and starting wait for disk and for the container's runtime; slow on a busy host. */
const START_DEADLINE_MS = 120_000
const NAME_LOOK_EVERY_MS = 100
const NAME_LOOKS = 100

export function containerCalls(client: EngineClient, surroundings: ContainerSurroundings): ContainerCalls {
  const start = async (container: InspectedContainer, spec: ContainerSpec): Promise<ContainerState> => {
    await joinNetworks(client, {
      container,
      endpoints: await endpointsOf(surroundings.networks, spec.networks),
    })
    await client.ask({
      doing: `start container ${spec.name}`,
      method: 'POST',
      path: ['containers', container.id, 'start'],
      deadlineMs: START_DEADLINE_MS,
    })
    const started = await inspectContainer(client, container.id)
    if (started === null) throw containerNotFound(spec.name)
    return stateOf(started)
  }

  return {
    async ensureRunning(spec) {
      const container = await ensureCreated(client, spec, surroundings)
      const isUp = ['running', 'restarting', 'paused'].includes(container.status)
      return isUp ? stateOf(container) : start(container, spec)
    },
    async ensureRanOnce(spec) {
      const container = await ensureCreated(client, spec, surroundings)
      return container.startedAt === null ? start(container, spec) : stateOf(container)
    },
    async inspect(name) {
      const container = await findContainer(client, name)
      return container && stateOf(container)
    },
    list: (labels) => listContainers(client, labels),
    waitForExit: (name, deadlineMs) => waitForExit(client, name, deadlineMs),
    stop: (name, graceMs) => stopContainer(client, name, graceMs),
    remove: (name) => removeContainer(client, name),
  }
}

/** The container by that name, created if need be; one of somebody else by the same name is an error. */
async function ensureCreated(
  client: EngineClient,
  spec: ContainerSpec,
  surroundings: ContainerSurroundings,
): Promise<InspectedContainer> {
  const installation = spec.labels[INSTALLATION_LABEL]
  if (installation === undefined) throw unlabelled(spec.name)
  const container =
    (await findContainer(client, spec.name)) ??
    (await createContainer(client, spec, surroundings)) ??
    (await untilNameShows(client, spec.name))
  if (!belongsTogether(container.labels, spec.labels)) throw nameTaken(container)
  return container
}

/**
 * Whose the taken name is: our own earlier attempt's, or a stranger's. The engine reserves a name before the container
 * behind it can be inspected, so a creation at the same moment takes a while to show.
 */
async function untilNameShows(client: EngineClient, name: string): Promise<InspectedContainer> {
  for (let look = 0; look < NAME_LOOKS; look += 1) {
    const container = await findContainer(client, name)
    if (container !== null) return container
    await setTimeout(NAME_LOOK_EVERY_MS)
  }
  throw nameReserved(name)
}

/** `null` when the name is taken. */
async function createContainer(
  client: EngineClient,
  spec: ContainerSpec,
  { networks, secrets }: ContainerSurroundings,
): Promise<InspectedContainer | null> {
  const doing = `create container ${spec.name}`
  const body = createBody(spec, await endpointsOf(networks, spec.networks))
  const { platform } = spec.settings
  const answer = await client.ask({
    doing,
    method: 'POST',
    path: ['containers', 'create'],
    query: { name: spec.name, ...(platform === undefined ? {} : { platform }) },
    body: fillBody(body, { secrets: secrets(), container: spec.name }),
    allow: [409],
    deadlineMs: START_DEADLINE_MS,
  })
  if (answer.status === 409) return null
  return inspectContainer(client, readAnswer(z.object({ Id: z.string() }), answer.body, doing).Id)
}

const endpointsOf = (networks: NetworkCalls, attachments: readonly Attachment[]): Promise<Endpoint[]> =>
  Promise.all(
    attachments.map(async ({ network, aliases, address, offset }) => ({
      network,
      aliases,
      address: address ?? (offset === undefined ? null : await networks.addressOn(network, offset)),
    })),
  )

/** Joins what the create call could not name, also where an earlier attempt died in between. */
async function joinNetworks(
  client: EngineClient,
  { container, endpoints }: { container: InspectedContainer; endpoints: readonly Endpoint[] },
): Promise<void> {
  for (const endpoint of endpoints.filter(({ network }) => container.namesOn[network] === undefined))
    await connect(client, { ...endpoint, container: container.id, networkId: endpoint.network })
}

async function stopContainer(client: EngineClient, name: string, graceMs: number): Promise<void> {
  const container = await findOurs(client, name)
  if (container === null) return
  await client.ask({
    doing: `stop container ${name}`,
    method: 'POST',
    path: ['containers', container.id, 'stop'],
    query: { t: String(Math.ceil(graceMs / 1000)) },
    allow: [404],
    // The engine kills after the grace, and takes its time to clean up on a busy host.
    deadlineMs: graceMs + START_DEADLINE_MS,
  })
}

async function removeContainer(client: EngineClient, name: string): Promise<void> {
  const container = await findOurs(client, name)
  if (container === null) return
  const answer = await client.ask({
    doing: `remove container ${name}`,
    method: 'DELETE',
    path: ['containers', container.id],
    query: { v: 'true' },
    allow: [404, 409],
  })
  if (answer.status !== 409) return
  const left = await inspectContainer(client, container.id)
  // Also refused while another removal is under way; that one finishes the work.
  if (left !== null && left.status !== 'dead') throw containerRunning(name)
}
