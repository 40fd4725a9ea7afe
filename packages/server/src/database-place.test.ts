import { fakeEngine } from '@towpath/adapters/container-engine/fake.ts'
import { fakeDatabaseProbe } from '@towpath/adapters/database-probe/fake.ts'
import { observeDatabase } from '@towpath/app/observe/gate-facts.ts'
import type { DatabaseProbe } from '@towpath/app/ports/database-probe.ts'
import type { ContainerSpec } from '@towpath/domain/deployment/container.ts'
import { describe, expect, it } from 'vitest'

const now = '2026-01-01T00:00:00.000Z'
const network = 'shop_default'
const postgres = (labels: Record<string, string>): ContainerSpec => ({
  ...{
    name: 'shop_postgres_1',
    image: 'postgres:17.2',
    labels: { 'towpath.installation': 'inst_1', ...labels },
  },
  networks: [{ network, aliases: ['postgres'] }],
  ...{ command: null, entrypoint: null, environment: {}, mounts: [], ports: [] },
  ...{ restart: { name: 'no' }, healthcheck: null, settings: {} },
})
const byCompose = postgres({ 'com.docker.compose.project': 'shop' })
const byTowpath = postgres({ 'towpath.project': 'shop', 'towpath.environment': 'production' })

/** What is asked of the database at this URL, on a host where these run, and to which address the question goes. */
async function asked(url: string, running: ContainerSpec[], starting: ContainerSpec[] = []) {
  const { engine, host } = fakeEngine()
  host.images.add('postgres:17.2')
  await engine.ensureNetwork({
    name: network,
    labels: { 'towpath.installation': 'inst_1' },
    internal: false,
    driver: 'bridge',
    external: false,
    options: {},
  })
  for (const spec of running) await engine.ensureRunning(spec)
  const addresses: (string | null | undefined)[] = []
  const probe = fakeDatabaseProbe()
  const databaseOf = (): DatabaseProbe => ({
    ...probe,
    reach: (to, deadlineMs, at) => {
      addresses.push(at)
      return probe.reach(to, deadlineMs)
    },
  })
  const config = {
    ...{ project: 'shop', environment: 'production', database: { url, ceiling: null, backup: null } },
    map: { project: 'shop', paths: {}, ports: {}, names: '', domains: {} },
    host: { docker: 'ssh://prod', folder: '/srv/shop', diskFreeMinBytes: 0 },
  }
  const sources = { installation: { now: () => now, databaseOf }, config, secrets: new Map(), engine }
  return { seen: await observeDatabase(sources, starting), addresses, host }
}

describe('the database that the gates ask', () => {
  it.each([
    ['that runs by Compose already', byCompose],
    ['that Towpath started', byTowpath],
  ])('is the container %s, where the URL names one of the compose file', async (_which, spec) => {
    const { seen, addresses, host } = await asked('postgres://app@postgres:5432/app', [spec], [spec])
    expect(seen).toMatchObject({ value: { reachable: true } })
    expect(addresses).toEqual([host.found(spec.name).addresses[network]])
  })

  it.each(['postgres://app@db.internal/app', 'postgres://app@localhost/app', 'postgres://app@10.0.0.9/app'])(
    'is where the host finds it: %s',
    async (url) => expect((await asked(url, [byCompose])).addresses).toEqual([null]),
  )

  it('is not asked before the deployment that starts it', async () => {
    const { seen, addresses } = await asked('postgres://app@postgres/app', [], [byTowpath])
    expect(seen).toMatchObject({ value: { reachable: false, starts: 'postgres' } })
    expect(addresses).toEqual([])
  })

  it('is none of another project, whatever its name', async () => {
    const other = postgres({ 'com.docker.compose.project': 'blog' })
    expect((await asked('postgres://app@postgres/app', [other])).addresses).toEqual([null])
  })
})
