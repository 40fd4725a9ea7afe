import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { ServerProcess } from '@towpath/testkit/server-process.ts'

/** How a deployment went, by the ledger's own times. */
export interface DeploymentFacts {
  id: string
  kind: Deployment['kind']
  outcome: string
  /** From request to all traffic on the new release; null where it never got there. */
  switchedAfterMs: number | null
  /** From the recorded failure to all traffic back; null where nothing had to come back. */
  restoredAfterMs: number | null
}

/** When the last step of a kind was done: services switch one after the other. */
function lastOf({ done }: Deployment, kind: string): number | null {
  const times = Object.entries(done).flatMap(([step, { at }]) =>
    step.split(':')[0] === kind ? [Date.parse(at)] : [],
  )
  return times.length === 0 ? null : Math.max(...times)
}

const failedVerdictAt = ({ verdicts }: Deployment): string | null =>
  Object.values(verdicts).find(({ verdict }) => verdict === 'fail')?.at ?? null

/** The newest deployment of a release to an environment, as the API tells it. */
export async function readDeployment(
  server: ServerProcess,
  { version, environment }: { version: string; environment: string },
): Promise<DeploymentFacts> {
  const { items } = await server.get<{ items: Deployment[] }>('/v1/deployments?limit=20')
  const found = items.find((item) => item.environment === environment && item.release === version)
  if (found === undefined) throw new Error(`no deployment of ${version} to ${environment}`)
  const switched = lastOf(found, 'switch-traffic')
  const restored = lastOf(found, 'restore-traffic')
  const turned = found.failure?.at ?? failedVerdictAt(found)
  return {
    id: found.id,
    kind: found.kind,
    outcome: found.finished?.outcome ?? 'unfinished',
    switchedAfterMs: switched === null ? null : switched - Date.parse(found.requestedAt),
    restoredAfterMs: restored === null || turned === null ? null : restored - Date.parse(turned),
  }
}
