import type { ContainerEngine } from '@towpath/app/ports/container-engine.ts'
import type { AdoptedContainer } from '@towpath/domain/deployment/container.ts'
import { z } from 'zod'
import { readAnswer, type EngineClient } from './client.ts'
import { adoptedGone } from './container-errors.ts'
import { restartBody } from './create-body.ts'
import { inspectContainer } from './find-container.ts'
import { readFound } from './found-answer.ts'

type AdoptedCalls = Pick<ContainerEngine, 'find' | 'startAdopted' | 'stopAdopted' | 'releaseAdopted'>

/** Starting and stopping wait for the container's own runtime; slow on a busy host. */
const START_DEADLINE_MS = 120_000
const INSPECTED_AT_ONCE = 8
const idsSchema = z.array(z.object({ Id: z.string() }))

/** Calls for containers that a team's own Compose made: found by labels, then only ever named by their ids. */
export function adoptedCalls(client: EngineClient): AdoptedCalls {
  return {
    find: (labels) => find(client, labels),
    async startAdopted(adopted) {
      const container = await inspectContainer(client, adopted.id)
      if (container === null) throw adoptedGone(adopted.name)
      if (['running', 'restarting', 'paused'].includes(container.status)) return
      await setRestart(client, adopted, adopted.restart)
      await client.ask({
        doing: `start container ${adopted.name}`,
        method: 'POST',
        path: ['containers', adopted.id, 'start'],
        deadlineMs: START_DEADLINE_MS,
      })
    },
    async stopAdopted(adopted, graceMs) {
      // `always` would bring it back with the engine; a container that gave way must stay down.
      if (adopted.restart.name === 'always') await setRestart(client, adopted, { name: 'unless-stopped' })
      await client.ask({
        doing: `stop container ${adopted.name}`,
        method: 'POST',
        path: ['containers', adopted.id, 'stop'],
        query: { t: String(Math.ceil(graceMs / 1000)) },
        allow: [404],
        deadlineMs: graceMs + START_DEADLINE_MS,
      })
    },
    releaseAdopted: (adopted) => setRestart(client, adopted, adopted.restart),
  }
}

async function setRestart(
  client: EngineClient,
  { id, name, restart: found }: AdoptedContainer,
  restart: AdoptedContainer['restart'],
): Promise<void> {
  // Only `always` is ever changed, so only that is ever put back.
  if (found.name !== 'always') return
  await client.ask({
    doing: `set the restart policy of container ${name}`,
    method: 'POST',
    path: ['containers', id, 'update'],
    body: { RestartPolicy: restartBody(restart) },
    allow: [404],
  })
}

async function find(client: EngineClient, labels: readonly string[]) {
  const doing = 'list containers'
  const query = { all: 'true', filters: JSON.stringify({ label: labels }) }
  const { body } = await client.ask({ doing, path: ['containers', 'json'], query })
  const ids = readAnswer(idsSchema, body, doing).map(({ Id }) => Id)
  const images = new Map<string, Promise<unknown>>()
  const found = []
  for (let at = 0; at < ids.length; at += INSPECTED_AT_ONCE)
    found.push(
      ...(await Promise.all(ids.slice(at, at + INSPECTED_AT_ONCE).map((id) => findOne(client, id, images)))),
    )
  return found.filter((container) => container !== null)
}

const imageIdSchema = z.object({ Image: z.string() })

/** Null where it went meanwhile. An image that was deleted under its container says nothing of itself. */
async function findOne(client: EngineClient, id: string, images: Map<string, Promise<unknown>>) {
  const doing = `inspect container ${id}`
  const answer = await client.ask({ doing, path: ['containers', id, 'json'], allow: [404] })
  if (answer.status === 404) return null
  const { Image } = readAnswer(imageIdSchema, answer.body, doing)
  const asking =
    images.get(Image) ??
    client
      .ask({ doing: `inspect image ${Image}`, path: ['images', Image, 'json'], allow: [404] })
      .then(({ status, body }) => (status === 404 ? {} : body))
  images.set(Image, asking)
  return readFound(answer.body, await asking)
}
