import { z } from 'zod'
import { readAnswer, type EngineClient } from './client.ts'
import { containerNotFound } from './container-errors.ts'
import { endpointBody, type Endpoint } from './create-body.ts'

const standingSchema = z.object({
  NetworkSettings: z.object({
    Networks: z
      .record(
        z.string(),
        z.object({
          IPAMConfig: z.object({ IPv4Address: z.string().optional() }).nullish(),
          Aliases: z.array(z.string()).nullish(),
        }),
      )
      .nullish(),
  }),
})

interface Connecting extends Endpoint {
  /** Name or id. */
  container: string
  networkId: string
}

/**
 * Lets a container stand on a network at that place, running or not. One that stands elsewhere on it is moved; one that
 * runs loses what it had open on that network alone.
 */
export async function connect(client: EngineClient, wanted: Connecting): Promise<void> {
  const { container, network, networkId } = wanted
  const standing = await standingOf(client, wanted)
  if (standing === 'there') return
  if (standing === 'elsewhere')
    await client.ask({
      doing: `take container ${container} off network ${network}`,
      method: 'POST',
      path: ['networks', networkId, 'disconnect'],
      body: { Container: container, Force: true },
      allow: [404],
    })
  try {
    await client.ask({
      doing: `join container ${container} to network ${network}`,
      method: 'POST',
      path: ['networks', networkId, 'connect'],
      body: { Container: container, EndpointConfig: endpointBody(wanted) },
    })
  } catch (thrown) {
    // Two attempts at once: the engine refuses the second in words that differ by version.
    if ((await standingOf(client, wanted)) !== 'there') throw thrown
  }
}

async function standingOf(
  client: EngineClient,
  { container, network, aliases, address }: Connecting,
): Promise<'nowhere' | 'there' | 'elsewhere'> {
  const doing = `inspect container ${container}`
  const answer = await client.ask({ doing, path: ['containers', container, 'json'], allow: [404] })
  if (answer.status === 404) throw containerNotFound(container)
  const networks = readAnswer(standingSchema, answer.body, doing).NetworkSettings.Networks ?? {}
  const standing = networks[network]
  if (standing === undefined) return 'nowhere'
  const isAddressed = address === null || standing.IPAMConfig?.IPv4Address === address
  const known = standing.Aliases ?? []
  return isAddressed && aliases.every((alias) => known.includes(alias)) ? 'there' : 'elsewhere'
}
