import { fakeEngine } from '@towpath/adapters/container-engine/fake.ts'
import { awaitEarlierRuns } from '@towpath/app/perform/await-earlier-runs.ts'
import type { ContainerSpec } from '@towpath/domain/deployment/container.ts'
import type { JobPlan } from '@towpath/domain/deployment/plan.ts'
import { describe, expect, it } from 'vitest'

const labels = {
  'towpath.installation': 'inst_1',
  'towpath.project': 'shop',
  'towpath.environment': 'production',
  'towpath.role': 'job',
  'towpath.service': 'migrator',
  'towpath.release': '1.1.0',
}
const container: ContainerSpec = {
  ...{ name: 'migrator', image: 'r.test/shop/migrator@sha256:'.padEnd(92, '0'), labels },
  ...{ command: null, entrypoint: null, environment: {}, mounts: [], networks: [], ports: [] },
  ...{ restart: { name: 'no' }, healthcheck: null, settings: {} },
}
const job: JobPlan = { job: 'migrator', container, withinMs: 10_000 }

/** An engine on which runs of earlier deployments were left. */
async function hostWith(...left: { deployment: string; more?: Record<string, string> }[]) {
  const { engine, host } = fakeEngine()
  host.images.add(container.image)
  for (const { deployment, more = {} } of left)
    await engine.ensureRanOnce({
      ...container,
      name: `migrator-${deployment}`,
      labels: { ...labels, 'towpath.release': '1.0.0', ...more, 'towpath.deployment': deployment },
    })
  return { engine, host }
}

const now = { deployment: 'dep_now', elapsedMs: () => performance.now() }

describe('a job that an earlier deployment left running', () => {
  it('is waited for, and named', async () => {
    const { engine, host } = await hostWith({ deployment: 'dep_old' })
    let isOver = false
    const waiting = awaitEarlierRuns([engine], job, now).finally(() => (isOver = true))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(isOver).toBe(false)
    host.exit('migrator-dep_old', { code: 0 })
    expect(await waiting).toEqual(['dep_old'])
  })

  it('is waited for on whichever host it runs', async () => {
    const [here, there] = [await hostWith(), await hostWith({ deployment: 'dep_old' })]
    const waiting = awaitEarlierRuns([here.engine, there.engine], job, now)
    there.host.exit('migrator-dep_old', { code: 0 })
    expect(await waiting).toEqual(['dep_old'])
    const again = await hostWith({ deployment: 'dep_old' })
    await expect(
      awaitEarlierRuns([here.engine, again.engine], { ...job, withinMs: 20 }, now),
    ).rejects.toMatchObject({ code: 'JOB_STILL_RUNNING' })
  })

  it('that does not end in the time of the job keeps it from starting', async () => {
    const { engine } = await hostWith({ deployment: 'dep_old' })
    await expect(awaitEarlierRuns([engine], { ...job, withinMs: 20 }, now)).rejects.toMatchObject({
      code: 'JOB_STILL_RUNNING',
      message: expect.stringContaining('dep_old'),
    })
  })

  it('is nobody else’s business: other jobs, other environments and its own run are not waited for', async () => {
    const { engine, host } = await hostWith(
      { deployment: 'dep_1', more: { 'towpath.service': 'seed' } },
      { deployment: 'dep_2', more: { 'towpath.environment': 'staging' } },
      { deployment: 'dep_3' },
      { deployment: 'dep_now' },
    )
    host.exit('migrator-dep_3', { code: 1 })
    expect(await awaitEarlierRuns([engine], job, now)).toEqual([])
  })
})
