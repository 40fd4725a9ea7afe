import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { editConfig } from '@towpath/testkit/faults/project-edits.ts'
import { driveScene } from '@towpath/testkit/scene-driver.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const common = { drain: '1s', bake: '0s', warm: '10m' }

describe('a release that goes over otherwise than the one before', () => {
  let scene: ExampleScene

  beforeAll(async () => {
    scene = await setScene({ strategy: common })
  })
  afterAll(() => scene.close())

  it('may change how the edge draws clients: the edge as it stands is no drift', async () => {
    const production = driveScene(scene)
    const good = await scene.build({ version: '1.0.0' })
    await production.deploy('1.0.0', good)
    const frontend = { type: 'canary', weights: ['50%'], at_least: '0s', at_most: '1s', cohort: true }
    await editConfig(scene, [
      { path: ['defaults', 'strategy'], value: { ...common, services: { frontend } } },
    ])
    const drawn = await production.deploy('1.1.0', good)
    expect(drawn.finished).toMatchObject({ outcome: 'live' })
    await editConfig(scene, [{ path: ['defaults', 'strategy'], value: common }])
    const plain = await production.deploy('1.2.0', good)
    expect(plain.finished).toMatchObject({ outcome: 'live' })
  })
})
