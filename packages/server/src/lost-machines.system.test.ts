import { removeEmbeddedPostgres } from '@towpath/store/embedded/embedded-postgres.ts'
import { crashVariable } from '@towpath/testkit/crash/crash-point.ts'
import type { CrashPoint } from '@towpath/testkit/crash/crash-point.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { migrationRuns } from '@towpath/testkit/faults/migration-runs.ts'
import { ensureHaproxyImage } from '@towpath/testkit/images.ts'
import { driveScene, lossesOf, noLoss } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { mayStartSecondEngine, startSecondEngine } from '@towpath/testkit/second-engine.ts'
import type { SecondEngine } from '@towpath/testkit/second-engine.ts'
import { expectOneLive as oneLive } from '@towpath/testkit/second-engine/one-live.ts'
import { hostScene, loadHosted } from '@towpath/testkit/second-engine/scene.ts'
import { startServerProcess } from '@towpath/testkit/server-process.ts'
import type { ServerProcess } from '@towpath/testkit/server-process.ts'
import { mayStartSshHost, startSshHost } from '@towpath/testkit/ssh-host.ts'
import type { SshTestHost } from '@towpath/testkit/ssh-host.ts'
import { until } from '@towpath/testkit/wait.ts'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/**
 * A host over SSH that loses its power in mid-deploy: the line, the engine and every container go at once, and only what
 * Docker starts again comes back by itself. Tests run in order; each leaves production live.
 */
const run = promisify(execFile)
const crashing = join(import.meta.dirname, '../../testkit/src/crash/crashing-server.ts')
const ratePerSecond = 50
const isPossible = mayStartSecondEngine && mayStartSshHost

let engine: SecondEngine
let host: SshTestHost
let scene: ExampleScene
let production: SceneDriver
let good: ExampleImages
let count = 0
const next = (): string => `1.${(count += 1)}.0`

beforeAll(async () => {
  if (!isPossible) return
  engine = await startSecondEngine({ liveRestore: false })
  host = await startSshHost({ engineSocket: engine.socketPath, engine })
  scene = await setScene({
    strategy: {
      ...{ drain: '1s', bake: '2s', warm: '10m', verdict: { slower: '1m' } },
      services: {
        backend: { type: 'handoff', cut: '500ms' },
        frontend: { type: 'canary', weights: ['20%', '60%'], at_least: '1s', at_most: '60s' },
      },
    },
    env: { TOWPATH_SSH_CONFIG: host.configFile },
  })
  production = driveScene(scene)
  await hostScene(scene, engine, host.address)
  good = await scene.build({ version: '1.0.0' })
  await production.deploy(next(), good)
}, 240_000)

afterAll(async () => {
  await host?.wire.heal()
  await scene?.close()
  await host?.close()
  await engine?.close()
})

async function reboot(): Promise<void> {
  await host.wire.cut()
  await engine.powerOff()
  await sleep(1_000)
  await engine.powerOn()
  await host.wire.heal()
}

const expectOneLive = (release: string): Promise<void> => oneLive(production, engine, release)

async function answersEveryRequest(): Promise<boolean> {
  const load = await loadHosted(scene, engine, ratePerSecond)
  await sleep(1_000)
  const { failed, dropped } = await lossesOf(load)
  return failed + dropped === 0
}

describe.runIf(isPossible)('a host that is rebooted in mid-deploy', () => {
  it.each(['run-job:migrator', 'shift-traffic:frontend:2000'])(
    'after %s comes to one live release that serves, and the next deployment loses nothing',
    async (step) => {
      const before = (await production.state()).live?.release ?? ''
      // What is judged by traffic needs some.
      const early = await loadHosted(scene, engine, ratePerSecond)
      const { id, release } = await production.request(next(), good)
      await production.reached(id, step)
      await reboot()
      await early.stop()
      await until(answersEveryRequest, { withinMs: 60_000, what: 'the site to answer, deployment or not' })
      const load = await loadHosted(scene, engine, ratePerSecond)
      const { finished } = await production.finished(id)
      await load.stop()
      const expected = finished?.outcome === 'live' ? release : before
      await until(() => expectOneLive(expected).then(() => true), {
        withinMs: 30_000,
        what: `${expected} to serve alone`,
      })
      const database = await scene.postgres.ensureDatabase('refactor')
      expect(await migrationRuns(database, id)).toBeLessThanOrEqual(1)

      const running = await loadHosted(scene, engine, ratePerSecond)
      const after = await production.deploy(next(), good)
      expect(after.finished?.outcome).toBe('live')
      await expectOneLive(after.release)
      expect(await lossesOf(running)).toEqual(noLoss)
    },
  )
})

describe.runIf(isPossible)('a registry that only the controller reaches', () => {
  it('refuses the release with the engine’s words, traffic untouched, and takes it once the host reaches it', async () => {
    const running = await loadHosted(scene, engine, ratePerSecond)
    const before = (await production.state()).live?.release ?? ''
    const version = next()
    const images = await scene.build({ version })
    const [enter = ''] = engine.enter
    const rule = ['OUTPUT', '-o', 'lo', '-p', 'tcp', '--dport', scene.registry.host.split(':')[1] ?? '']
    const reject = (how: '-I' | '-D') =>
      run(enter, [...engine.enter.slice(1), 'iptables', how, ...rule, '-j', 'REJECT'])
    await reject('-I')
    try {
      const refused = await production.deploy(version, images)
      expect(refused.finished?.outcome).toBe('refused')
      expect(JSON.stringify([refused.failure, refused.gates])).toContain('connection refused')
      await expectOneLive(before)
    } finally {
      await reject('-D')
    }
    expect((await production.deploy(next(), images)).finished?.outcome).toBe('live')
    expect(await lossesOf(running)).toEqual(noLoss)
  })
})

/** Both parts of a stopped controller's state, as a backup has them, in places of their own. */
async function copyOfState(): Promise<{ stateDir: string; remove: () => Promise<void> }> {
  const from = join(scene.folder, 'state')
  const stateDir = join(scene.folder, 'moved')
  const location = join(stateDir, 'database', 'location.json')
  // Owners and sockets come along.
  await run('cp', ['-a', from, stateDir])
  const { home } = JSON.parse(await readFile(location, 'utf8')) as { home: string }
  const database = `${home}-moved`
  await run('cp', ['-a', home, database])
  await writeFile(location, JSON.stringify({ home: database }))
  return {
    stateDir,
    remove: () => removeEmbeddedPostgres({ dataDir: join(stateDir, 'database') }, { engine: false }),
  }
}

describe.runIf(isPossible)('a controller that goes on from a copy of its state, on another machine', () => {
  const cut: CrashPoint = { step: 'shift-traffic:frontend:2000', moment: 'before', kill: 'both' }
  const refusal = (server: ServerProcess) =>
    until(async () => (await server.get<{ refused: object | null }>('/v1/environments/production')).refused, {
      withinMs: 30_000,
      what: 'the host to refuse',
    })

  it('finishes what the first had begun; the first, started again, touches nothing until a person takes over', async () => {
    const load = await loadHosted(scene, engine, ratePerSecond)
    await scene.server.stop()
    await scene.startServer({ entry: crashing, env: { [crashVariable]: JSON.stringify(cut) } })
    const { id, release } = await production.request(next(), good)
    const { tokens } = scene.server
    await scene.server.gone
    const copy = await copyOfState()
    const second = await startServerProcess({
      stateDir: copy.stateDir,
      edgeImage: await ensureHaproxyImage(),
      ...{ reconcileMs: 2_000, env: { TOWPATH_SSH_CONFIG: host.configFile }, tokens },
    })
    try {
      scene.server = second
      expect((await production.finished(id)).finished?.outcome).toBe('live')
      const first = await scene.startServer()
      await refusal(first)
      await expect(production.rollback()).rejects.toThrow('LEDGER_BEHIND')
      expect(await production.deployment(id)).toMatchObject({ failure: null, finished: null })
      scene.server = second
      await expectOneLive(release)
      expect(await lossesOf(load)).toEqual(noLoss)

      const running = await loadHosted(scene, engine, ratePerSecond)
      scene.server = first
      await first.post('/v1/ledger/take-over', { reason: 'the second is to go' })
      await second.gone
      expect(second.child.exitCode).toBe(1)
      expect((await production.finished(id)).finished?.outcome).toBe('live')
      expect((await production.deploy(next(), good)).finished?.outcome).toBe('live')
      expect(await lossesOf(running)).toEqual(noLoss)
    } finally {
      await second.stop()
      await copy.remove()
    }
  })
})
