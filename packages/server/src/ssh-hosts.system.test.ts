import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { editConfig } from '@towpath/testkit/faults/project-edits.ts'
import { losingEachAnswer } from '@towpath/testkit/faults/lose-answers.ts'
import { migrationRuns } from '@towpath/testkit/faults/migration-runs.ts'
import { startSocketProxy } from '@towpath/testkit/faults/socket-proxy.ts'
import type { SocketProxy } from '@towpath/testkit/faults/socket-proxy.ts'
import { driveScene, lossesOf, noLoss } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { mayStartSecondEngine, startSecondEngine } from '@towpath/testkit/second-engine.ts'
import type { SecondEngine } from '@towpath/testkit/second-engine.ts'
import { expectOneLive as oneLive } from '@towpath/testkit/second-engine/one-live.ts'
import { hostScene, loadHosted } from '@towpath/testkit/second-engine/scene.ts'
import { mayStartSshHost, startSshHost, type SshTestHost } from '@towpath/testkit/ssh-host.ts'
import { until } from '@towpath/testkit/wait.ts'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/**
 * A host of its own network and engine, reached over SSH alone, under load, on a link that is cut, falls silent or is not
 * to be trusted. Tests run in order; each leaves production live.
 */
const ratePerSecond = 50
const isPossible = mayStartSecondEngine && mayStartSshHost

let engine: SecondEngine
/** Between the host's sshd and its engine. */
let engineLine: SocketProxy
let host: SshTestHost
let scene: ExampleScene
let production: SceneDriver
let good: ExampleImages
let count = 0
const next = (): string => `1.${(count += 1)}.0`

beforeAll(async () => {
  if (!isPossible) return
  engine = await startSecondEngine({ liveRestore: true })
  const engineSocket = `${engine.socketPath}.host`
  engineLine = await startSocketProxy({ path: engineSocket }, { path: engine.socketPath })
  host = await startSshHost({ engineSocket, engine })
  scene = await setScene({
    strategy: { drain: '1s', bake: '1s', warm: '10m' },
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
  await engineLine?.close()
  await engine?.close()
})

const load = () => loadHosted(scene, engine, ratePerSecond)

const expectOneLive = (release: string): Promise<void> => oneLive(production, engine, release)

async function expectPromises(deployment: Deployment): Promise<void> {
  expect(deployment.finished).toMatchObject({ outcome: 'live', reason: expect.any(String) as string })
  await until(() => expectOneLive(deployment.release).then(() => true), {
    withinMs: 20_000,
    what: `${deployment.release} to serve alone`,
  })
  const database = await scene.postgres.ensureDatabase('refactor')
  expect(await migrationRuns(database, deployment.id)).toBe(1)
}

describe.runIf(isPossible)('a host over SSH', () => {
  it('keeps the edge’s files itself, and the controller keeps none', async () => {
    expect(await readdir(join(host.stateHome, 'towpath', 'edge'))).toHaveLength(1)
    expect(existsSync(join(scene.folder, 'state', 'edge'))).toBe(false)
    expect(await host.links()).toHaveLength(1)
  })

  it('is deployed to and rolled back, warm and cold, without a lost request', async () => {
    const running = await load()
    const first = (await production.state()).live?.release ?? ''
    const second = await production.deploy(next(), good)
    await expectPromises(second)
    const { id } = await production.rollback()
    expect((await production.finished(id)).finished?.outcome).toBe('live')
    await expectOneLive(first)
    await expectPromises(await production.deploy(next(), good))
    const third = await production.rollback(second.release)
    expect((await production.finished(third.id)).finished?.outcome).toBe('live')
    await expectOneLive(second.release)
    expect(await lossesOf(running)).toEqual(noLoss)
  })
})

describe.runIf(isPossible)('a canary on a host over SSH', () => {
  let undo: () => Promise<void>
  beforeAll(async () => {
    const services = {
      frontend: { type: 'canary', weights: ['20%', '50%'], at_least: '500ms', at_most: '90s' },
    }
    // What is slow on a busy machine is not what this is about.
    undo = await editConfig(scene, [
      { path: ['defaults', 'strategy', 'services'], value: services },
      { path: ['defaults', 'strategy', 'verdict'], value: { slower: '1m' } },
    ])
  })
  afterAll(async () => await undo?.())

  it('is judged by traffic that the link brings the counts of, also when it breaks meanwhile', async () => {
    const running = await load()
    const { id } = await production.request(next(), good)
    await production.reached(id, 'shift-traffic:frontend:2000')
    await host.wire.cut()
    await sleep(1_500)
    await host.wire.heal()
    const deployment = await production.finished(id)
    await expectPromises(deployment)
    const verdicts = Object.values(deployment.verdicts).map(({ verdict }) => verdict)
    expect(verdicts).toContain('pass')
    expect(verdicts).not.toContain('fail')
    expect(await lossesOf(running)).toEqual(noLoss)
  })

  it('that answers worse is taken back', async () => {
    const before = (await production.state()).live?.release ?? ''
    const version = next()
    const bad = await scene.build({ version, frontendBehaviour: 'errors:0.3' })
    const running = await load()
    const deployment = await production.deploy(version, bad)
    expect(deployment.finished).toMatchObject({ outcome: 'rolled-back' })
    expect(deployment.finished?.reason).toContain('more errors')
    await expectOneLive(before)
    expect((await running.stop()).dropped).toBe(0)
  })
})

describe.runIf(isPossible)('a link that is cut', () => {
  it.each(['run-job:migrator', 'switch-traffic'])(
    'after %s is made again, and the deployment goes on',
    async (step) => {
      const running = await load()
      const { id } = await production.request(next(), good)
      await production.reached(id, step)
      await host.wire.cut()
      await sleep(2_000)
      await host.wire.heal()
      await expectPromises(await production.finished(id))
      expect(await lossesOf(running)).toEqual(noLoss)
    },
  )

  it('between act and answer has nothing done twice', async () => {
    const running = await load()
    const acts = [
      /^POST \S*\/containers\/create\?\S*migrator/,
      /^POST \S*\/containers\/create\?\S*rust-app/,
      /^POST \S*\/containers\/[^/]*\/start/,
    ]
    const { id } = await production.request(next(), good)
    for (const act of acts) {
      engineLine.loseAnswers(act)
      await until(async () => engineLine.answersToLose().length === 0, {
        withinMs: 60_000,
        everyMs: 5,
        what: 'the act',
      })
      await host.wire.cut()
      await sleep(500)
      await host.wire.heal()
    }
    await expectPromises(await production.finished(id))
    expect(await lossesOf(running)).toEqual(noLoss)
  })

  it.runIf(process.env['TOWPATH_ALL'] === '1')(
    'between every act and answer: nothing twice',
    async () => {
      const running = await load()
      const before = (await production.state()).live?.release ?? ''
      const finish = ({ id }: Deployment) =>
        losingEachAnswer(engineLine, host.wire, () => production.finished(id, 300_000))
      const { result, lost } = await finish(await production.request(next(), good))
      expect(lost.length).toBeGreaterThan(5)
      await expectPromises(result)
      await finish(await production.rollback())
      await expectOneLive(before)
      expect(await lossesOf(running)).toEqual(noLoss)
    },
    700_000,
  )

  it('while a person aborts is waited for, and the old release serves alone', async () => {
    const running = await load()
    const before = (await production.state()).live?.release ?? ''
    const { id } = await production.request(next(), good)
    await production.reached(id, 'run-job:migrator')
    await host.wire.cut()
    await production.abort(id)
    await sleep(3_000)
    expect((await production.deployment(id)).finished).toBeNull()
    await host.wire.heal()
    expect((await production.finished(id)).finished?.outcome).toBe('aborted')
    await expectOneLive(before)
    expect(await lossesOf(running)).toEqual(noLoss)
  })
})

describe.runIf(isPossible)('a link that is slow', () => {
  it('costs time and nothing else', async () => {
    const running = await load()
    host.wire.delay(10)
    await expectPromises(await production.deploy(next(), good))
    await host.wire.heal()
    expect(await lossesOf(running)).toEqual(noLoss)
  })
})

describe.runIf(isPossible)('a link that falls silent', () => {
  it('in the middle of a watch is no failed probe: the release stays', async () => {
    const running = await load()
    const { id } = await production.request(next(), good)
    await production.reached(id, 'switch-traffic')
    host.wire.freeze()
    await sleep(20_000)
    await host.wire.heal()
    await expectPromises(await production.finished(id))
    expect(await lossesOf(running)).toEqual(noLoss)
  })
})

/** What the API says where the edge cannot be looked at; nothing where it can. */
const edgeFault = (): Promise<string> =>
  scene.server.get('/v1/environments/production/edge').then(() => '', String)

describe.runIf(isPossible)('a host that shows another key', () => {
  it('is not spoken to; what runs there serves on, and the right key ends the matter', async () => {
    const running = await load()
    const before = (await production.state()).live?.release ?? ''
    await host.showKey('other')
    try {
      await until(async () => ((await edgeFault()).includes('shows another key') ? true : null), {
        withinMs: 30_000,
        what: 'the other key to be seen',
      })
      const { id } = await production.request(next(), good)
      const failed = await until(
        async () => {
          const { failure, gates, finished } = await production.deployment(id)
          return failure !== null || gates !== null || finished !== null
            ? JSON.stringify([failure, gates])
            : null
        },
        { withinMs: 60_000, what: 'the refusal' },
      )
      expect(failed).toContain('shows another key')
      expect(failed).toContain('ssh-keygen -R')
      await host.showKey('first')
      expect((await production.finished(id)).finished?.outcome).toBe('refused')
    } finally {
      await host.showKey('first')
    }
    await until(() => expectOneLive(before).then(() => true), { withinMs: 30_000, what: 'the old release' })
    expect(await lossesOf(running)).toEqual(noLoss)
  })
})

describe.runIf(isPossible)('a host whose Docker daemon is restarted', () => {
  it('in mid-deploy loses no request, containers living on', async () => {
    const running = await load()
    const { id } = await production.request(next(), good)
    await production.reached(id, 'run-job:migrator')
    await engine.end('SIGTERM')
    await sleep(1_500)
    await engine.start()
    await expectPromises(await production.finished(id))
    expect(await lossesOf(running)).toEqual(noLoss)
  })
})

describe.runIf(isPossible)('a controller that ends', () => {
  it('takes its link with it, and the next one goes on where it was', async () => {
    const { id } = await production.request(next(), good)
    await production.reached(id, 'run-job:migrator')
    await scene.server.kill()
    await until(async () => (await host.links()).length === 0, { withinMs: 10_000, what: 'ssh to end' })
    await scene.startServer()
    await expectPromises(await production.finished(id))
    await scene.server.stop()
    expect(await host.links()).toEqual([])
    await scene.startServer()
    await until(async () => (await host.links()).length === 1, { withinMs: 20_000, what: 'a new link' })
  })
})
