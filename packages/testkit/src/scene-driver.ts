import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { SlotStatus } from '@towpath/domain/edge/wanted.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import type { ExampleImages } from './example-images.ts'
import type { ExampleScene } from './example-scene.ts'
import type { LoadReport } from './load/load-spec.ts'
import { startLoad } from './load/start-load.ts'
import type { RunningLoad } from './load/start-load.ts'
import { until } from './wait.ts'

const settleWithinMs = 90_000

/** Short ways to drive a scene's production environment and to read what came of it. */
export interface SceneDriver {
  /** Creates the release and asks for its deployment; returns at once. */
  request(version: string, images: ExampleImages): Promise<Deployment>
  rollback(release?: string): Promise<Deployment>
  abort(id: string): Promise<void>
  finished(id: string, withinMs?: number): Promise<Deployment>
  /** Waits until a step is done. */
  reached(id: string, step: string): Promise<void>
  /** Request and wait. */
  deploy(version: string, images: ExampleImages): Promise<Deployment>
  state(): Promise<EnvironmentState>
  deployment(id: string): Promise<Deployment>
  /** Slots of every service that take traffic, by service. */
  liveSlots(): Promise<Record<string, string[]>>
  /** Traffic through the project's own nginx. */
  load(ratePerSecond: number): Promise<RunningLoad>
}

export function driveScene(scene: ExampleScene, environment = 'production'): SceneDriver {
  const path = `/v1/environments/${environment}`
  const driver: SceneDriver = {
    request: async (version, images) => {
      await scene.createRelease(version, images)
      return await scene.server.post(
        `${path}/deployments`,
        { release: version, kind: 'deploy', reason: 'test' },
        'dev',
      )
    },
    rollback: (release) =>
      scene.server.post(
        `${path}/rollback`,
        { reason: 'test', ...(release === undefined ? {} : { release }) },
        'dev',
      ),
    abort: async (id) => {
      await scene.server.post(`/v1/deployments/${id}/abort`, { reason: 'test' }, 'dev')
    },
    finished: (id, withinMs = settleWithinMs) =>
      until(
        async () => {
          const deployment = await driver.deployment(id)
          return deployment.finished === null ? null : deployment
        },
        { withinMs, everyMs: 100, what: `deployment ${id} to finish` },
      ),
    reached: async (id, step) => {
      await until(async () => ((await driver.deployment(id)).done[step] === undefined ? null : true), {
        withinMs: settleWithinMs,
        everyMs: 20,
        what: `step ${step}`,
      })
    },
    deploy: async (version, images) => await driver.finished((await driver.request(version, images)).id),
    state: () => scene.server.get(path),
    deployment: (id) => scene.server.get(`/v1/deployments/${id}`),
    liveSlots: async () => {
      const { slots } = await scene.server.get<{ slots: SlotStatus[] }>(`${path}/edge`)
      const live: Record<string, string[]> = {}
      for (const { service, slot, role } of slots)
        if (role === 'live') live[service] = [...(live[service] ?? []), slot]
      return live
    },
    load: (ratePerSecond) => {
      const base = `http://127.0.0.1:${scene.project.httpPorts[environment] ?? 0}`
      return startLoad({
        targets: ['/api/items', '/'].map((page) => ({ url: `${base}${page}`, host: domainOf(environment) })),
        ratePerSecond,
        connections: 32,
      })
    },
  }
  return driver
}

/** The name that an environment of the example answers to; others get nothing of it. */
export const domainOf = (environment: string): string =>
  environment === 'production' ? 'refactor.localhost' : `${environment}.refactor.localhost`

/** Ends a load and tells what it lost: nothing, where the promise holds. */
export async function lossesOf(
  load: RunningLoad,
): Promise<Pick<LoadReport, 'failed' | 'dropped' | 'samples'>> {
  const { failed, dropped, samples } = await load.stop()
  return { failed, dropped, samples }
}

export const noLoss = { failed: 0, dropped: 0, samples: [] }
