import type { SlotStatus } from '@towpath/domain/edge/wanted.ts'
import type { AppCounts } from '@towpath/testkit/app-counts.ts'
import type { LoadReport } from '@towpath/testkit/load/load-spec.ts'
import type { Stage } from './stage.ts'

/** Three independent counts of the same traffic. They agree, or the demo's numbers are not to be believed. */
export interface Agreement {
  client: number
  edge: number
  apps: number
  agree: boolean
}

/**
 * Compares what the client sent with what the edge passed on and what the apps say they answered, once the traffic has
 * stopped. A stream counts once each time it is opened, on all three sides. A request that was lost, or that the edge
 * tried again elsewhere, may be missing or count twice, and no other.
 */
export async function compareCounts(stage: Stage, report: LoadReport, apps: AppCounts): Promise<Agreement> {
  const { slots } = await stage.server.get<{ slots: SlotStatus[] }>('/v1/environments/production/edge')
  const edge = slots.reduce((sum, slot) => sum + slot.requests, 0)
  const again = slots.reduce((sum, slot) => sum + slot.retries + slot.connectErrors + slot.responseErrors, 0)
  const streams = report.streams.reduce((sum, { opened }) => sum + opened, 0)
  const refused = report.streams.reduce((sum, { reconnectFailed }) => sum + reconnectFailed, 0)
  const slack = report.failed + report.dropped + refused + again
  const client = report.sent - report.unsent + streams
  const counts = { client, edge, apps: apps.answered() + apps.streamsOpened() }
  const agree = Math.abs(edge - client) <= slack && Math.abs(counts.apps - client) <= slack
  return { ...counts, agree }
}
