import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { editFile } from '@towpath/testkit/faults/project-edits.ts'
import { driveScene, noLoss } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A frontend of three replicas under load, release after release. Tests run in order. */
const ratePerSecond = 200
const replicas = 3
const keys = ['frontend', 'frontend#2', 'frontend#3']

let scene: ExampleScene
let driver: SceneDriver

beforeAll(async () => {
  scene = await setScene({
    strategy: {
      ...{ drain: '1s', bake: '2s', warm: '10m' },
      services: { frontend: { type: 'rolling', at_least: '1s', at_most: '60s' }, backend: 'blue-green' },
      // Twelve containers and their load share two cores here: what is slow says nothing.
      verdict: { slower: '10s' },
    },
  })
  driver = driveScene(scene)
  await editFile(scene, 'towpath.yaml', (text) => text.replace(/^ {4}single: true.*\n/m, ''))
  // Never healthy is known sooner.
  await editFile(scene, 'towpath.yaml', (text) =>
    text.replace('port: 3000, within: 30s', 'port: 3000, within: 20s'),
  )
  await editFile(scene, 'docker-compose.yaml', (text) =>
    text.replace('container_name: nextjs-app', `deploy: {replicas: ${replicas}}`),
  )
}, 120_000)

afterAll(async () => {
  await scene?.close()
})

const outcomeOf = ({ finished, failure }: Deployment): string =>
  `${finished?.outcome ?? 'unfinished'}${failure === null ? '' : ` ${failure.code}`}`

const frontendSlots = async (): Promise<string[]> => (await driver.liveSlots())['frontend'] ?? []

/** Does something under load; tells what came of it, what users lost and who serves the frontend then. */
async function underLoad(act: () => Promise<Deployment>) {
  const load = await driver.load(ratePerSecond)
  const deployment = await act()
  const { failed, dropped, samples, byRelease, ok } = await load.stop()
  expect(ok).toBeGreaterThan(300)
  return { deployment, lost: { failed, dropped, samples }, byRelease, slots: await frontendSlots() }
}

async function killAndStartAgain(): Promise<void> {
  await scene.server.kill()
  await scene.startServer()
}

const placesOf = ({ live }: EnvironmentState): string[] =>
  Object.keys(live?.services ?? {}).filter((key) => key.startsWith('frontend'))

describe('a service of three replicas', () => {
  it('goes live in as many slots', async () => {
    const images = await scene.build({ version: '1.0.0' })
    expect(outcomeOf(await driver.deploy('1.0.0', images))).toBe('live')
    expect(await frontendSlots()).toHaveLength(replicas)
    expect(placesOf(await driver.state())).toEqual(keys)
  })

  it('is replaced one by one under load, and nobody notices', async () => {
    const images = await scene.build({ version: '1.1.0' })
    const { deployment, lost, slots } = await underLoad(() => driver.deploy('1.1.0', images))
    expect(outcomeOf(deployment)).toBe('live')
    expect(deployment.verdicts['judge-trial:frontend:2500']).toMatchObject({ verdict: 'pass' })
    expect(lost).toEqual(noLoss)
    expect(slots).toEqual(['s1', 's2', 's4'])
    expect((await driver.state()).warm?.services).not.toHaveProperty('frontend')
  })

  it('stays as it is where the first new one never gets healthy', async () => {
    const images = await scene.build({ version: '1.2.0', frontendBehaviour: 'never-healthy' })
    const { deployment, lost, slots } = await underLoad(() => driver.deploy('1.2.0', images))
    expect(outcomeOf(deployment)).toBe('refused NEVER_HEALTHY')
    expect(lost).toEqual(noLoss)
    expect(slots).toEqual(['s1', 's2', 's4'])
  })

  it('takes a release back that fails every fifth request, having shown it to a quarter of them', async () => {
    const images = await scene.build({ version: '1.3.0', frontendBehaviour: 'errors:0.2' })
    const { deployment, lost, byRelease, slots } = await underLoad(() => driver.deploy('1.3.0', images))
    expect(outcomeOf(deployment)).toBe('rolled-back')
    expect(deployment.verdicts['judge-trial:frontend:2500']).toMatchObject({ verdict: 'fail' })
    expect(deployment.done).not.toHaveProperty('stop-old:frontend')
    // Its own answers and nobody else's.
    expect(lost.failed).toBe(byRelease['1.3.0']?.failed)
    expect(lost.dropped).toBe(0)
    expect(slots).toEqual(['s1', 's2', 's4'])
  })

  it('comes back from the middle of it when a person aborts', async () => {
    const images = await scene.build({ version: '1.4.0' })
    const { deployment, lost, slots } = await underLoad(async () => {
      const { id } = await driver.request('1.4.0', images)
      await driver.reached(id, 'stop-old:frontend#2')
      await driver.abort(id)
      return await driver.finished(id)
    })
    expect(outcomeOf(deployment)).toBe('aborted')
    expect(deployment.done).toHaveProperty(['remove-candidates:frontend'])
    expect(lost).toEqual(noLoss)
    expect(slots).toEqual(['s1', 's2', 's4'])
  })

  it('goes on where it was when its controller is killed in the middle, forwards and on the way back', async () => {
    const images = await scene.build({ version: '1.5.0' })
    const { deployment, lost, slots } = await underLoad(async () => {
      const { id } = await driver.request('1.5.0', images)
      await driver.reached(id, 'switch-traffic:frontend#2')
      await killAndStartAgain()
      await driver.reached(id, 'switch-traffic:frontend#3')
      await driver.abort(id)
      await driver.reached(id, 'restore-traffic:frontend#2')
      await killAndStartAgain()
      return await driver.finished(id)
    })
    expect(outcomeOf(deployment)).toBe('aborted')
    expect(lost).toEqual(noLoss)
    expect(slots).toEqual(['s1', 's2', 's4'])
  })

  it('rolls back one by one', async () => {
    const { deployment, lost, slots } = await underLoad(async () =>
      driver.finished((await driver.rollback()).id),
    )
    expect(outcomeOf(deployment)).toBe('live')
    expect(deployment.release).toBe('1.0.0')
    expect(lost).toEqual(noLoss)
    expect(slots).toHaveLength(replicas)
    expect(placesOf(await driver.state())).toEqual(keys)
  })
})
