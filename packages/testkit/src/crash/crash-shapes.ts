import type { ExampleStrategy } from '../example-project.ts'

export type Way = 'deploy' | 'rollback' | 'abort'

/** How the releases of a scene go over, and how many of its points a short run tries; none: it has none. */
export interface Shape {
  name: string
  services?: ExampleStrategy['services']
  requestsPerSecond: number
  /** Of the frontend. */
  replicas?: number
  points: Record<Way, number>
  /** On a host of its own, which is reached over SSH. */
  overSsh?: true
}

export const crashShapes: readonly Shape[] = [
  { name: 'blue-green', requestsPerSecond: 500, points: { deploy: 1, rollback: 1, abort: 1 } },
  {
    name: 'a backend by handoff, a frontend by canary',
    services: {
      backend: { type: 'handoff', cut: '500ms' },
      frontend: { type: 'canary', weights: ['20%', '60%'], at_least: '0s', at_most: '60s', cohort: true },
    },
    requestsPerSecond: 500,
    points: { deploy: 1, rollback: 1, abort: 1 },
  },
  {
    name: 'a backend by recreate-hold',
    services: { backend: 'recreate-hold' },
    // Whoever waits at the edge waits for as long as a dead controller needs to come back.
    requestsPerSecond: 100,
    points: { deploy: 1, rollback: 1, abort: 1 },
  },
  {
    name: 'a frontend of two replicas, rolling',
    services: { frontend: { type: 'rolling', at_least: '0s', at_most: '60s' }, backend: 'blue-green' },
    replicas: 2,
    // Every replica is two containers for a while, and all of them share these cores with their load.
    requestsPerSecond: 200,
    // An abort in the middle of one has a test of its own.
    points: { deploy: 1, rollback: 1, abort: 0 },
  },
  {
    name: 'blue-green on a host over SSH',
    requestsPerSecond: 100,
    points: { deploy: 1, rollback: 1, abort: 1 },
    overSsh: true,
  },
]
