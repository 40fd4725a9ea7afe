import type { LoadSpec } from '@towpath/testkit/load/load-spec.ts'

export const requestsPerSecond = 1_000
/** Of each kind. */
export const streamsOfAKind = 20
export const slowMs = 3_000
const slowEveryMs = 250

/** Longer than the slow requests take: some of them are in flight at every moment of the act between. */
export const beforeMs = 3_500
export const afterMs = 3_500

/**
 * The load of every row about lost requests: paced ones on keep-alive connections, half to the backend and half to the
 * frontend; long ones always in flight; streams that stay open.
 */
export const fullLoad = (site: string): LoadSpec => ({
  targets: [
    { url: `${site}/api/items`, weight: 1 },
    { url: `${site}/`, weight: 1 },
  ],
  ratePerSecond: requestsPerSecond,
  connections: 64,
  slow: { url: `${site}/api/slow?ms=${slowMs}`, everyMs: slowEveryMs },
  streams: [
    { url: `${site}/api/events`, kind: 'sse', count: streamsOfAKind },
    { url: `${site}/api/socket`, kind: 'websocket', count: streamsOfAKind },
  ],
})

/** Nobody but the frontend is asked, so that what a release answered is what the frontend answered. */
export const frontendLoad = (site: string, ratePerSecond: number): LoadSpec => ({
  targets: [{ url: `${site}/` }],
  ratePerSecond,
  connections: 64,
})
