import type { ContainerState } from '@towpath/app/ports/container-engine.ts'
import { z } from 'zod'
import { readAnswer, type EngineClient } from './client.ts'
import { readContainer, stateOf, type InspectedContainer } from './container-answer.ts'
import { nameTaken } from './container-errors.ts'

/** `null` when there is none. Takes what the engine takes: a name, an id, the beginning of an id. */
export async function inspectContainer(
  client: EngineClient,
  idOrName: string,
): Promise<InspectedContainer | null> {
  const doing = `inspect container ${idOrName}`
  const answer = await client.ask({ doing, path: ['containers', idOrName, 'json'], allow: [404] })
  return answer.status === 404 ? null : readContainer(answer.body)
}

/** By name only: the engine also takes a name for the beginning of an id. */
export async function findContainer(client: EngineClient, name: string): Promise<InspectedContainer | null> {
  const container = await inspectContainer(client, name)
  return container?.name === name ? container : null
}

/** What is not ours is never changed, so it is an error to ask for it. */
export async function findOurs(client: EngineClient, name: string): Promise<InspectedContainer | null> {
  const container = await findContainer(client, name)
  if (container !== null && container.installation === null) throw nameTaken(container)
  return container
}

const idsSchema = z.array(z.object({ Id: z.string() }))
const INSPECTED_AT_ONCE = 8

/** All that carry every one of the labels, running or not. */
export async function listContainers(
  client: EngineClient,
  labels: Record<string, string>,
): Promise<ContainerState[]> {
  const doing = 'list containers'
  const filters = { label: Object.entries(labels).map(([name, value]) => `${name}=${value}`) }
  const query = { all: 'true', filters: JSON.stringify(filters) }
  const { body } = await client.ask({ doing, path: ['containers', 'json'], query })
  const ids = readAnswer(idsSchema, body, doing).map(({ Id }) => Id)
  const states: ContainerState[] = []
  for (let at = 0; at < ids.length; at += INSPECTED_AT_ONCE) {
    const some = ids.slice(at, at + INSPECTED_AT_ONCE)
    const found = await Promise.all(some.map((id) => inspectContainer(client, id)))
    states.push(...found.filter((container) => container !== null).map(stateOf))
  }
  return states
}
