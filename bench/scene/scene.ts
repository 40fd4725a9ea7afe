import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import type { ExampleStrategy } from '@towpath/testkit/example-project.ts'
import { setScene } from '@towpath/testkit/example-scene.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { editConfig } from '@towpath/testkit/faults/project-edits.ts'
import { driveScene } from '@towpath/testkit/scene-driver.ts'
import type { SceneDriver } from '@towpath/testkit/scene-driver.ts'
import { join } from 'node:path'
import { serverBundle } from '../checkout.ts'

/** The example project live on this machine, and what the rows about deployments have in common. */
export interface BenchScene {
  scene: ExampleScene
  production: SceneDriver
  /** Where the project's own nginx answers. */
  site: string
  /** Two sets of images whose answers carry their own version. */
  images: ExampleImages[]
  /** How releases go over from the next one on: a change of the project's file, as a commit would make it. */
  goBy(strategy: ExampleStrategy): Promise<void>
  /** A new version of the images that are not live; live before this returns. */
  ship(): Promise<Deployment>
  /** As `ship`, and returns as soon as it is asked for. */
  request(): Promise<Deployment>
  /** Waits for a deployment's end; throws where it is not live then. */
  settled(id: string): Promise<Deployment>
  /** A new version of these images is asked for; returns at once. */
  requestOf(images: ExampleImages): Promise<Deployment>
  /** A new version of these images, whatever becomes of it. */
  attempt(images: ExampleImages): Promise<Deployment>
  /** Takes the live release back, to this one or the one before. */
  goBack(release?: string): Promise<Deployment>
  /** Which version the answers of a shipped release carry. */
  answersOf(release: string): string
  /** State folder of production's edge. */
  edgeFolder: string
  events(deployment: string): Promise<LedgerEvent[]>
  close(): Promise<void>
}

/** Drain is longer than the slow requests are. Services that are not named go blue-green. */
export const blueGreen: ExampleStrategy = { drain: '10s', bake: '1s', warm: '30m' }

const answers = ['1.0.0', '2.0.0']

export interface SceneHost {
  /** `host.docker` of its project. */
  host?: string
  /** Environment variables of its server. */
  env?: Record<string, string>
}

/**
 * Sets the scene with both image sets built and two deployments done, so that host, edge and a way back are there. By
 * default on this machine's engine by its own socket.
 */
export async function openScene({ host, env = {} }: SceneHost = {}): Promise<BenchScene> {
  // The reconcile period is the server's own.
  const scene = await setScene({ strategy: blueGreen, reconcileMs: 60_000, env })
  try {
    if (host !== undefined) await editConfig(scene, [{ path: ['defaults', 'host', 'docker'], value: host }])
    await scene.server.stop()
    await scene.startServer({ entry: serverBundle })
    const images = []
    for (const version of answers) images.push(await scene.build({ version }))
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
  /** Of each shipped release, which images it has. */
  const shipped: Record<string, number> = {}
  let live = images.length - 1
  let versions = 0
  const nextVersion = (): string => {
    versions += 1
    return `1.${versions}.0`
  }
  const settled = async (id: string): Promise<Deployment> => {
    const deployment = expectLive(await production.finished(id))
    live = shipped[deployment.release] ?? live
    return deployment
  }
  const bench: BenchScene = {
    scene,
    production,
    site: `http://127.0.0.1:${scene.project.httpPorts['production'] ?? 0}`,
    images,
    goBy: (strategy) => goBy(scene, strategy),
    request: async () => {
      const turn = (live + 1) % images.length
      const chosen = images[turn]
      if (chosen === undefined) throw new Error('no images were built')
      const version = nextVersion()
      shipped[version] = turn
      return await production.request(version, chosen)
    },
    settled,
    ship: async () => await settled((await bench.request()).id),
    requestOf: (chosen) => production.request(nextVersion(), chosen),
    attempt: (chosen) => production.deploy(nextVersion(), chosen),
    goBack: async (release) => await settled((await production.rollback(release)).id),
    answersOf: (release) => answers[shipped[release] ?? -1] ?? '',
    edgeFolder: join(scene.folder, 'state', 'edge', `towpath-${scene.project.name}-production-edge`),
    events: async (deployment) => {
      const { items } = await scene.server.get<{ items: LedgerEvent[] }>(
        `/v1/ledger/events?deployment=${deployment}&limit=1000`,
      )
      return items
    },
    close: () => scene.close(),
  }
  return bench
}

/** A backend that two instances may serve at once is not declared single; any other strategy of its own says it is. */
async function goBy(scene: ExampleScene, strategy: ExampleStrategy): Promise<void> {
  await editConfig(scene, [
    { path: ['defaults', 'strategy'], value: strategy },
    {
      path: ['services', 'backend', 'single'],
      value: strategy.services?.['backend'] === undefined ? undefined : true,
    },
  ])
}

export function expectLive(deployment: Deployment): Deployment {
  if (deployment.finished?.outcome === 'live') return deployment
  const refused = deployment.gates?.results.find(({ answer }) => answer === 'fail' || answer === 'unknown')
  const why =
    refused?.why ?? deployment.failure?.message ?? deployment.finished?.reason ?? 'it did not finish'
  throw new Error(`deployment ${deployment.id} of ${deployment.release} did not go live: ${why}`)
}
