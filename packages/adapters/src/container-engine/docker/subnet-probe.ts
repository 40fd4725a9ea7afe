import type { NetworkSpec } from '@towpath/domain/deployment/container.ts'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { SUBNET_PROBE_LABEL } from '../labels.ts'
import { readAnswer, type EngineClient } from './client.ts'

const createdSchema = z.object({ Id: z.string() })
const probeSchema = z.object({
  IPAM: z.object({ Config: z.array(z.object({ Subnet: z.string() })).min(1) }),
})
const leftoversSchema = z.array(z.object({ Id: z.string(), Created: z.coerce.date() }))

/** A probe lives for milliseconds; one this old was left by a process that died in between. */
const LEFTOVER_AGE_MS = 60_000

/**
 * The subnet that the engine would choose for a network now. Asked with a throw-away network under a name of its own, so
 * that the real name never stands on a network whose addresses are not pinned, whenever the process dies.
 */
export async function chooseSubnet(client: EngineClient, spec: NetworkSpec): Promise<string> {
  const doing = `choose addresses for network ${spec.name}`
  await removeLeftovers(client, doing)
  const created = await client.ask({
    doing,
    method: 'POST',
    path: ['networks', 'create'],
    body: {
      Name: `towpath-probe-${randomUUID()}`,
      Driver: spec.driver,
      Labels: { ...spec.labels, [SUBNET_PROBE_LABEL]: spec.name },
    },
  })
  const { Id } = readAnswer(createdSchema, created.body, doing)
  try {
    const answer = await client.ask({ doing, path: ['networks', Id] })
    const [first] = readAnswer(probeSchema, answer.body, doing).IPAM.Config
    return first?.Subnet ?? ''
  } finally {
    await client.ask({ doing, method: 'DELETE', path: ['networks', Id], allow: [404] })
  }
}

async function removeLeftovers(client: EngineClient, doing: string): Promise<void> {
  const query = { filters: JSON.stringify({ label: [SUBNET_PROBE_LABEL] }) }
  const { body } = await client.ask({ doing, path: ['networks'], query })
  const old = readAnswer(leftoversSchema, body, doing).filter(
    ({ Created }) => Created.getTime() < Date.now() - LEFTOVER_AGE_MS,
  )
  for (const { Id } of old)
    await client.ask({ doing, method: 'DELETE', path: ['networks', Id], allow: [404] })
}
