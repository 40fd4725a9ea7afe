import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { editConfig } from '@towpath/testkit/faults/project-edits.ts'
import { driveScene } from '@towpath/testkit/scene-driver.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const common = { drain: '1s', bake: '0s', warm: '10m' }

describe('a release that goes over otherwise than the one before', () => {
  let scene: ExampleScene

  beforeAll(async () => {
    // Standing work would bring the edge to what the live release asks; here nothing comes between.
    scene = await setScene({ strategy: common, reconcileMs: 3_600_000 })
  })
  afterAll(() => scene.close())

  it('may change how the edge draws clients: the edge as it stands is no drift', async () => {
    const production = driveScene(scene)
    const good = await scene.build({ version: '1.0.0' })
    await production.deploy('1.0.0', good)
    const frontend = { type: 'canary', weights: ['50%'], at_least: '0s', at_most: '30s', cohort: true }
    const go = (services: object) =>
      editConfig(scene, [{ path: ['defaults', 'strategy'], value: { ...common, services } }])
    await go({ frontend })
    const bad = await scene.build({ version: '1.1.0', frontendBehaviour: 'errors:0.5' })
    const load = await production.load(50)
    const taken = await production.deploy('1.1.0', bad)
    expect(taken.finished).toMatchObject({ outcome: 'rolled-back' })
    await go({})
    const plain = await production.deploy('1.2.0', good)
    expect(plain.finished).toMatchObject({ outcome: 'live' })
    await go({ frontend })
    const drawn = await production.deploy('1.3.0', good)
    await load.abandon()
    expect(drawn.finished).toMatchObject({ outcome: 'live' })
  })
})
