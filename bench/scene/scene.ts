import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { startLoad } from '@towpath/testkit/load/start-load.ts'
import type { RunningLoad } from '@towpath/testkit/load/start-load.ts'
import { driveScene } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { serverBundle } from '../checkout.ts'

export const requestsPerSecond = 1_000
const slowMs = 3_000
const slowEveryMs = 250

/** The example project live on this machine, and what the rows about deployments have in common. */
export interface BenchScene {
  scene: ExampleScene
  production: SceneDriver
  /** Two sets of images whose answers carry their own version. */
  images: ExampleImages[]
  /** A new version of the images whose turn it is; live before this returns. */
  ship(): Promise<Deployment>
  /** As `ship`, and tells which version its answers will carry, before it is asked for. */
  nextAnswers(): string
  events(deployment: string): Promise<LedgerEvent[]>
  close(): Promise<void>
}

const answersOf = ['1.0.0', '2.0.0']

/** Sets the scene with both image sets built and two deployments done, so that host, edge and a way back are there. */
export async function openScene(): Promise<BenchScene> {
  // Drain is longer than the slow requests are; the reconcile period is the server's own.
  const scene = await setScene({ strategy: { drain: '10s', bake: '1s', warm: '30m' }, reconcileMs: 60_000 })
  try {
    await scene.server.stop()
    await scene.startServer({ entry: serverBundle })
    const images = []
    for (const version of answersOf) images.push(await scene.build({ version }))
    const opened = benchScene(scene, images)
    await opened.ship()
    await opened.ship()
    return opened
  } catch (error) {
    await scene.close()
    throw error
  }
}

function benchScene(scene: ExampleScene, images: ExampleImages[]): BenchScene {
  const production = driveScene(scene)
  let shipped = 0
  return {
    scene,
    production,
    images,
    ship: async () => {
      const chosen = images[shipped % images.length]
      shipped += 1
      if (chosen === undefined) throw new Error('no images were built')
      return expectLive(await production.deploy(`1.${shipped}.0`, chosen))
    },
    nextAnswers: () => answersOf[shipped % answersOf.length] ?? '',
    events: async (deployment) => {
      const { items } = await scene.server.get<{ items: LedgerEvent[] }>(
        `/v1/ledger/events?deployment=${deployment}&limit=1000`,
      )
      return items
    },
    close: () => scene.close(),
  }
}

export function expectLive(deployment: Deployment): Deployment {
  if (deployment.finished?.outcome === 'live') return deployment
  const why = deployment.failure?.message ?? deployment.finished?.reason ?? 'it did not finish'
  throw new Error(`deployment ${deployment.id} of ${deployment.release} did not go live: ${why}`)
}

/** The load of every row about lost requests: paced ones on keep-alive connections, and long ones always in flight. */
export const startTraffic = (port: number): Promise<RunningLoad> =>
  startLoad({
    targets: [
      { url: `http://127.0.0.1:${port}/api/items`, weight: 1 },
      { url: `http://127.0.0.1:${port}/`, weight: 1 },
    ],
    ratePerSecond: requestsPerSecond,
    connections: 64,
    slow: { url: `http://127.0.0.1:${port}/api/slow?ms=${slowMs}`, everyMs: slowEveryMs },
  })
