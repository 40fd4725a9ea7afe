import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { forwardSteps } from '@towpath/domain/deployment/way.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { serviceOf } from '@towpath/domain/edge/replica.ts'
import type { SlotStatus } from '@towpath/domain/edge/wanted.ts'
import {
  crashPointText,
  crashVariable,
  moments,
  pickSome,
  seededRandom,
} from '@towpath/testkit/crash/crash-point.ts'
import type { CrashPoint } from '@towpath/testkit/crash/crash-point.ts'
import { crashShapes } from '@towpath/testkit/crash/crash-shapes.ts'
import type { Shape, Way } from '@towpath/testkit/crash/crash-shapes.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { editFile } from '@towpath/testkit/faults/project-edits.ts'
import { startLoad } from '@towpath/testkit/load/start-load.ts'
import type { RunningLoad } from '@towpath/testkit/load/start-load.ts'
import { mayStartSecondEngine, startSecondEngine } from '@towpath/testkit/second-engine.ts'
import type { SecondEngine } from '@towpath/testkit/second-engine.ts'
import { hostScene, loadHosted } from '@towpath/testkit/second-engine/scene.ts'
import { mayStartSshHost, startSshHost } from '@towpath/testkit/ssh-host.ts'
import type { SshTestHost } from '@towpath/testkit/ssh-host.ts'
import { until } from '@towpath/testkit/wait.ts'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/**
 * Kills the server, the database or both at the steps that `decide` asks for, under load, and expects the promises to
 * hold: one live release, one migration run, nothing failed, nothing dropped, a ledger that verifies.
 */
const entry = join(import.meta.dirname, '../../testkit/src/crash/crashing-server.ts')
const settleWithinMs = 90_000
const all = process.env['TOWPATH_ALL'] === '1'
/** Of all points, begin with this one: where a long run was cut short, the next goes on. */
const from = Number(process.env['TOWPATH_CRASH_FROM'] ?? 0)
/** Of all points, those whose text this expression finds: `server dies, acted shift`. */
const only = process.env['TOWPATH_CRASH_ONLY']
const seed = Number(process.env['TOWPATH_SEED'] ?? Date.now() % 1_000_000)

const mayReachHosts = mayStartSecondEngine && mayStartSshHost
const possibleShapes = crashShapes.filter(({ overSsh }) => overSsh === undefined || mayReachHosts)

let scene: ExampleScene
let remote: { engine: SecondEngine; host: SshTestHost } | null = null
let images: ExampleImages
let version = 0
let shape: Shape = { name: '', requestsPerSecond: 0, points: { deploy: 0, rollback: 0, abort: 0 } }

/** Whoever catches up after a crash is slow, old and new alike, and that is not what this is about. */
const noMatterHowSlow = { slower: '1m' }

async function begin(asked: Shape): Promise<void> {
  shape = asked
  const { services } = asked
  remote = asked.overSsh === undefined ? null : await openRemote()
  scene = await setScene({
    env: remote === null ? {} : { TOWPATH_SSH_CONFIG: remote.host.configFile },
    strategy: {
      ...{ drain: '1s', bake: '1s', warm: '10m', verdict: noMatterHowSlow },
      ...(services === undefined ? {} : { services }),
    },
  })
  if (remote !== null) await hostScene(scene, remote.engine, remote.host.address)
  if (asked.replicas !== undefined) await declareReplicas(asked.replicas)
  images = await scene.build({ version: '1.0.0' })
  await ship()
  await ship()
}

async function openRemote(): Promise<NonNullable<typeof remote>> {
  const engine = await startSecondEngine({ liveRestore: true })
  return { engine, host: await startSshHost({ engineSocket: engine.socketPath, engine }) }
}

async function end(): Promise<void> {
  await scene?.close()
  await remote?.host.close()
  await remote?.engine.close()
}

async function declareReplicas(replicas: number): Promise<void> {
  await editFile(scene, 'towpath.yaml', (text) => text.replace(/^ {4}single: true.*\n/m, ''))
  await editFile(scene, 'docker-compose.yaml', (text) =>
    text.replace('container_name: nextjs-app', `deploy: {replicas: ${replicas}}`),
  )
}

/** A new version of the same images, live before this returns. */
async function ship(): Promise<string> {
  const { id, release } = await request('deploy')
  await finished(id)
  return release
}

async function request(way: Way): Promise<{ id: string; release: string }> {
  if (way === 'rollback')
    return asDeployment(
      await scene.server.post('/v1/environments/production/rollback', { reason: 'crash test' }, 'dev'),
    )
  version += 1
  const release = `1.${version}.0`
  await scene.createRelease(release, images)
  return asDeployment(
    await scene.server.post(
      '/v1/environments/production/deployments',
      { release, kind: 'deploy', reason: 'crash test' },
      'dev',
    ),
  )
}

const asDeployment = (answer: unknown): { id: string; release: string } => answer as Deployment

const finished = (id: string): Promise<Deployment> =>
  until(
    async () => {
      const deployment = await scene.server.get<Deployment>(`/v1/deployments/${id}`)
      return deployment.finished === null ? null : deployment
    },
    { withinMs: settleWithinMs, everyMs: 100, what: `deployment ${id} to finish` },
  )

/** What a deployment of each kind asks for, as `decide` lists it; a new command adds its own points here. */
async function stepsOf(way: Way): Promise<string[]> {
  if (way === 'abort') return ['restore-traffic', 'remove-candidates']
  const state = await scene.server.get<EnvironmentState>('/v1/environments/production')
  const live = await scene.server.get<Deployment>(`/v1/deployments/${state.live?.deployment ?? ''}`)
  // What an inconclusive verdict led to then may not come again: only steps that always come are points.
  return forwardSteps({ ...live, kind: way, verdicts: {}, resumed: {} }).flatMap(({ do: kind, step }) =>
    kind === 'finish' ? [] : [step],
  )
}

async function pointsOf(way: Way): Promise<{ way: Way; point: CrashPoint }[]> {
  const steps = await stepsOf(way)
  return steps.flatMap((step) =>
    moments.flatMap((moment) =>
      (['server', 'database', 'both'] as const).map((kill) => ({ way, point: { step, moment, kill } })),
    ),
  )
}

const isAskedFor = ({ way, point }: { way: Way; point: CrashPoint }): boolean =>
  only === undefined || new RegExp(only).test(`${way}: ${crashPointText(point)}`)

async function crash(way: Way, point: CrashPoint): Promise<void> {
  await scene.server.stop()
  await scene.startServer({ entry, env: { [crashVariable]: JSON.stringify(point) } })
  const load = await traffic()
  try {
    const before = await scene.server.get<EnvironmentState>('/v1/environments/production')
    const asked = await unlessItDies(request(way))
    if (way === 'abort' && asked !== null) await unlessItDies(abortInBake(asked.id))
    await scene.server.gone
    await scene.startServer()
    const { id, release } = asked ?? (await newestDeployment())
    const deployment = await finished(id)
    const report = await load.stop()
    const { failed, dropped, samples, longestGap } = report
    // The gap and the first samples tell a stall from single losses; both are wanted where one of these is not zero.
    expect({ failed, dropped, ...(failed + dropped === 0 ? {} : { samples, longestGap }) }).toEqual({
      failed: 0,
      dropped: 0,
    })
    const expected = way === 'abort' ? before.live?.release : release
    const outcome = way === 'abort' ? 'aborted' : 'live'
    // The reason comes along, for whoever reads why it was another one.
    expect(deployment.finished).toMatchObject({ outcome, reason: expect.any(String) as string })
    await expectPromises({ id, release: expected ?? '', migrations: way === 'rollback' ? 0 : 1 })
  } finally {
    await load.abandon()
  }
}

async function traffic(): Promise<RunningLoad> {
  if (remote !== null) return await loadHosted(scene, remote.engine, shape.requestsPerSecond)
  const url = `http://127.0.0.1:${scene.project.httpPorts['production'] ?? 0}`
  return await startLoad({
    targets: [
      { url: `${url}/api/items`, weight: 1 },
      { url: `${url}/`, weight: 1 },
    ],
    ratePerSecond: shape.requestsPerSecond,
    connections: 32,
  })
}

/** The answer, or null where the server died before it could give one; what was asked is in the ledger all the same. */
async function unlessItDies<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

async function newestDeployment(): Promise<{ id: string; release: string }> {
  const { items } = await scene.server.get<{ items: Deployment[] }>('/v1/deployments?limit=1')
  const [newest] = items
  if (newest === undefined) throw new Error('no deployment in the ledger')
  return newest
}

async function abortInBake(id: string): Promise<void> {
  await until(
    async () => {
      const deployment = await scene.server.get<Deployment>(`/v1/deployments/${id}`)
      const moves = forwardSteps(deployment).filter(({ do: kind }) => kind === 'switch-traffic')
      return moves.every(({ step }) => deployment.done[step] !== undefined) ? true : null
    },
    { withinMs: settleWithinMs, everyMs: 20, what: 'the switch' },
  )
  await scene.server.post(`/v1/deployments/${id}/abort`, { reason: 'crash test' }, 'dev')
}

async function expectPromises(facts: { id: string; release: string; migrations: number }): Promise<void> {
  const state = await scene.server.get<EnvironmentState>('/v1/environments/production')
  expect(state.live?.release).toBe(facts.release)
  expect(state.active).toBeNull()
  const { slots } = await scene.server.get<{ slots: SlotStatus[] }>('/v1/environments/production/edge')
  for (const service of ['backend', 'frontend']) {
    const live = slots.filter((slot) => slot.service === service && slot.role === 'live')
    const wanted = Object.entries(state.live?.services ?? {}).filter(([key]) => serviceOf(key) === service)
    expect(live.map((slot) => slot.slot).toSorted()).toEqual(wanted.map(([, { slot }]) => slot).toSorted())
  }
  expect(await migrationRuns(facts.id)).toBe(facts.migrations)
  expect(await scene.server.post('/v1/ledger/verify', {})).toMatchObject({ ok: true })
  // One dead controller after the other, and the links of all but the last ended with them.
  expect((await remote?.host.links())?.length ?? 0).toBeLessThanOrEqual(1)
}

async function migrationRuns(deployment: string): Promise<number> {
  const { url } = await scene.postgres.ensureDatabase('refactor')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ runs: string }>(
    'select count(*) as runs from migration_run where deployment = $1',
    [deployment],
  )
  await client.end()
  return Number(rows[0]?.runs ?? '-1')
}

describe.each(possibleShapes)('a crash at a step of $name', (asked) => {
  beforeAll(() => begin(asked), 240_000)
  afterAll(end)

  it(
    `leaves one live release and no lost request (${all ? 'all points' : `seed ${seed}`})`,
    { timeout: all ? 14_400_000 : 900_000 },
    async () => {
      const random = seededRandom(seed)
      const ways = (['deploy', 'rollback', 'abort'] as const).filter((way) => asked.points[way] > 0)
      const candidates = (await Promise.all(ways.map(pointsOf))).flat()
      const chosen = all
        ? candidates.slice(from).filter(isAskedFor)
        : ways.flatMap((way) =>
            pickSome(
              candidates.filter((candidate) => candidate.way === way),
              asked.points[way],
              random,
            ),
          )
      console.log(`crash points of ${asked.name}: ${chosen.length} of ${candidates.length}, seed ${seed}`)
      const survived: string[] = []
      for (const { way, point } of chosen) {
        console.log(`  ${way}: ${crashPointText(point)}`)
        try {
          await crash(way, point)
          survived.push(crashPointText(point))
        } catch (error) {
          throw new Error(`${way}: ${crashPointText(point)} (seed ${seed})`, { cause: error })
        }
        // A rollback needs somewhere to go that is not what it just left.
        if (way === 'rollback') await ship()
      }
      expect(survived).toHaveLength(chosen.length)
    },
  )
})
