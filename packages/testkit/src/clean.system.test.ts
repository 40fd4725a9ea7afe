import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { clean } from './clean.ts'
import { connectDocker, removeByLabel } from './docker.ts'
import { ensureNodeBase } from './images.ts'

const docker = connectDocker()
const run = randomUUID()
const label = `run-of-a-test=${run}`

afterAll(() => removeByLabel(label))

const make = async (name: string, Labels: Record<string, string>) => {
  await docker.createNetwork({ Name: name, Labels })
  await docker.createVolume({ Name: name, Labels })
  await docker.createContainer({ name, Image: await ensureNodeBase(), Labels })
}

const left = async () => ({
  containers: (await docker.listContainers({ all: true, filters: { label: [label] } })).map(
    ({ Names }) => Names[0],
  ),
  networks: (await docker.listNetworks({ filters: { label: [label] } })).map(({ Name }) => Name),
  volumes: (await docker.listVolumes({ filters: { label: [label] } })).Volumes.map(({ Name }) => Name),
})

test('cleaning up an installation takes all of it and nothing of anybody else', async () => {
  const mine = `clean-test-mine-${run}`
  const other = `clean-test-other-${run}`
  const foreign = `clean-test-foreign-${run}`
  const runLabel = { 'run-of-a-test': run }
  await make(mine, { ...runLabel, 'towpath.installation': mine })
  await make(other, { ...runLabel, 'towpath.installation': other })
  await make(foreign, runLabel)

  const cleaned = await clean({ installation: mine })

  expect(cleaned).toEqual({ containers: [mine], networks: [mine], volumes: [mine], images: [], kept: [] })
  const { containers, networks, volumes } = await left()
  expect(new Set(containers)).toEqual(new Set([`/${foreign}`, `/${other}`]))
  expect(new Set(networks)).toEqual(new Set([foreign, other]))
  expect(new Set(volumes)).toEqual(new Set([foreign, other]))
  expect(await clean({ installation: mine })).toMatchObject({ containers: [], networks: [], volumes: [] })
})
