import type { SlotStatus } from '@towpath/domain/edge/wanted.ts'
import type { LoadReport } from '@towpath/testkit/load/load-spec.ts'
import { readAppCounts } from '@towpath/testkit/app-counts.ts'
import type { Stage } from './stage.ts'

/** Three independent counts of the same traffic. They agree, or the demo's numbers are not to be believed. */
export interface Agreement {
  client: number
  edge: number
  apps: number
  agree: boolean
  why: string
}

/**
 * Compares what the client sent with what the edge passed on and what the apps answered, all after the traffic stopped.
 * Requests that died with a release may be missing from that app's own last words, never more than were lost.
 */
export async function compareCounts(stage: Stage, report: LoadReport): Promise<Agreement> {
  const status = await stage.server.get<{ slots: SlotStatus[] }>('/v1/environments/production/edge')
  const edge = status.slots.reduce((sum, slot) => sum + slot.requests, 0)
  const apps = await readAppCounts({ installation: stage.server.installation, environment: 'production' })
  const lost = report.failed + report.dropped
  const client = report.sent
  const edgeAgrees = Math.abs(edge - client) <= report.dropped + retriesOf(status.slots)
  const appsAgree = Math.abs(apps.answered - client) <= lost
  const why =
    edgeAgrees && appsAgree ? 'within the requests that were lost' : 'they differ by more than was lost'
  return { client, edge, apps: apps.answered, agree: edgeAgrees && appsAgree, why }
}

const retriesOf = (slots: SlotStatus[]): number => slots.reduce((sum, slot) => sum + slot.retries, 0)
