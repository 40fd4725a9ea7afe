import { isDeepStrictEqual } from 'node:util'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { DeploymentPlan, Pins } from '@towpath/domain/deployment/plan.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'

/** The answer to a request for what is there already: nothing was recorded, nothing is to be done. */
export interface AlreadyLive {
  alreadyLive: true
  environment: string
  release: string
  /** The deployment that brought it. */
  deployment: string
  /** When that ended. */
  since: string
}

/** Throws where nothing is to be done, which takes a request back that was just appended. */
export class NothingToDo extends Error {
  readonly found: AlreadyLive

  constructor(found: AlreadyLive) {
    super(`${found.release} is live on ${found.environment} already`)
    this.name = 'NothingToDo'
    this.found = found
  }
}

/**
 * What is live, where it was deployed from these very files by this very plan, and nothing is on its way that would
 * change it. Null where a deployment would do anything at all.
 */
export function alreadyLive(
  { environment, live, active, queued }: EnvironmentState,
  brought: Deployment | null,
  asked: { plan: DeploymentPlan; pins: Pins },
): AlreadyLive | null {
  if (active !== null || queued.length > 0 || asked.plan.edge.replace) return null
  if (brought?.finished === null || brought === null || brought.id !== live?.deployment) return null
  if (!isDeepStrictEqual(whatRuns(asked), whatRuns(brought))) return null
  const { id: deployment, release, finished } = brought
  return { alreadyLive: true, environment, release, deployment, since: finished.at }
}

/** Without what was demanded and told then: a newer policy or a note makes no other container. */
function whatRuns({ plan, pins }: { plan: DeploymentPlan; pins: Pins }): unknown {
  const { snapshot, model, config } = pins
  const { member } = plan
  const neutral = {
    // Which deployment of the whole brought it makes no other container either.
    ...(member === undefined ? {} : { member: { ...member, of: null } }),
    approvals: 0,
    firstDeployment: false,
    notes: [],
    edge: { ...plan.edge, replace: false },
  }
  // Through JSON, as the ledger holds it: a field that is absent there is undefined here.
  return JSON.parse(JSON.stringify({ ...plan, ...neutral, snapshot, model, config })) as unknown
}
