import { fakeEngine } from '@towpath/adapters/container-engine/fake.ts'
import { fakeEdge } from '@towpath/adapters/edge/fake.ts'
import type { Installation } from '@towpath/app/installation.ts'
import { watchBake } from '@towpath/app/perform/judge-trial.ts'
import { wantedBy } from '@towpath/app/perform/steer-edge.ts'
import type { Performing } from '@towpath/app/runner/performing.ts'
import type { Command } from '@towpath/domain/deployment/command.ts'
import { candidateContainer } from '@towpath/domain/deployment/seating.ts'
import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { aDeployment, started, stepDone } from '@towpath/testkit/builder/deployment-builder.ts'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { openApiUnderTest } from './http/testing/api-under-test.ts'
import type { ApiUnderTest } from './http/testing/api-under-test.ts'

/** The watch of a new release while somebody sets the machine's clock. */
const hourMs = 3_600_000
const roundMs = 400
const rounds = 6
const command: Command & { do: 'watch-bake' } = {
  do: 'watch-bake',
  step: 'watch-bake',
  durationMs: rounds * roundMs,
  by: 'traffic',
}

let postgres: ScratchPostgres
let subject: ApiUnderTest

beforeAll(async () => {
  postgres = await startScratchPostgres()
})
afterAll(() => postgres.stop())
beforeEach(async () => {
  subject = await openApiUnderTest(postgres)
})
afterEach(() => subject.close())

/** Two clocks: one that only grows, by a round each time it is asked, and one on the wall that moves by `jumpMs`. */
function clocks(jumpMs: number): Pick<Installation, 'now' | 'elapsedMs'> & { asked: () => number } {
  const begin = Date.now()
  let elapsed = 0
  let wall = 0
  return {
    asked: () => elapsed,
    elapsedMs: () => (elapsed += 1) * roundMs,
    now: () => new Date(begin + (wall += 1) * jumpMs).toISOString(),
  }
}

/** A release that runs and answers well, on an engine and an edge in memory. */
async function performing(clock: Pick<Installation, 'now' | 'elapsedMs'>): Promise<Performing> {
  const steps = ['admit-candidates:0', 'switch-traffic'].map((step) => stepDone(step))
  const deployment = aDeployment({ events: [started(), ...steps] })
  const { engine } = fakeEngine()
  const { edge } = fakeEdge(async () => ({ status: 200, body: '', fault: null, tookMs: 0 }))
  const installation = { ...subject.installation, ...clock }
  const edgeSpec = { ...deployment.plan.edge, image: 'edge:1' }
  await edge.ensure(edgeSpec, wantedBy({ installation, deployment }, null))
  const { slotNetwork: name } = deployment.plan.edge
  await engine.ensureNetwork({
    ...{ name, driver: 'bridge', internal: true },
    ...{ labels: {}, options: {}, external: false },
  })
  for (const service of deployment.plan.services) {
    const spec = candidateContainer(deployment, service)
    await engine.pullImage(spec.image, null)
    await engine.ensureRunning({
      ...spec,
      labels: { ...spec.labels, 'towpath.installation': installation.id },
    })
  }
  return {
    ...{ installation, deployment, engine, edge, edgeSpec },
    config: {} as Performing['config'],
    secrets: new Map(),
    signal: AbortSignal.timeout(20_000),
    isTurned: async () => false,
  }
}

it.each([
  ['an hour ahead', hourMs],
  ['an hour back', -hourMs],
])('a clock that jumps %s between two looks makes no watch shorter or longer', async (_way, jumpMs) => {
  const clock = clocks(jumpMs)
  const passed = await watchBake(await performing(clock), command)
  // Nobody asked it anything, so the watch ends without a verdict; when it ends is what this is about.
  const data = { verdict: 'inconclusive', watchedMs: command.durationMs }
  expect(passed).toMatchObject({ type: 'verdict.reached', data })
  // Once before the first look, and once for each.
  expect(clock.asked()).toBe(1 + rounds)
})
