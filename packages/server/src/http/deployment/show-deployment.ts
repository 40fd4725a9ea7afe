import type { z } from '@hono/zod-openapi'
import { decide, isTurned } from '@towpath/domain/deployment/decide.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { showGateResult } from '../gate/gate-shape.ts'
import type { deploymentShape, summaryShape } from './deployment-shape.ts'
import { showSteps } from './show-steps.ts'

/** A deployment with the ledger's place of its latest event. */
export interface DeploymentAt {
  state: Deployment
  seq: number
}

export const showSummary = ({ state, seq }: DeploymentAt): z.infer<typeof summaryShape> => ({
  id: state.id,
  kind: state.kind,
  environment: state.environment,
  release: state.release,
  author: state.author,
  requestedBy: state.requestedBy,
  requestedAt: state.requestedAt,
  reason: state.reason,
  state: progressOf(state),
  outcome: state.finished?.outcome ?? null,
  startedAt: state.start?.at ?? null,
  finishedAt: state.finished?.at ?? null,
  seq,
})

/** A deployment for people and scripts: its way, gates and ending, without the container specifications of its plan. */
export function showDeployment(
  deployment: DeploymentAt,
  environment: EnvironmentState,
  now: string,
): z.infer<typeof deploymentShape> {
  const { state } = deployment
  const decision = decide(state, environment, now)
  return {
    ...showSummary(deployment),
    schemaAccepted: state.schemaAccepted,
    waitsFor: decision.next === 'wait' ? decision.why : null,
    steps: showSteps(state),
    gates:
      state.gates === null
        ? null
        : { passed: state.gates.passed, at: state.gates.at, results: state.gates.results.map(showGateResult) },
    failure: state.failure,
    abort: state.abort,
    finishReason: state.finished?.reason ?? null,
    services: state.plan.services.map(({ service, container }) => ({
      service,
      image: container.image,
      slot: state.start?.slots[service] ?? null,
    })),
    fence: state.start?.fence ?? null,
  }
}

function progressOf(state: Deployment): z.infer<typeof summaryShape>['state'] {
  if (state.finished !== null) return 'finished'
  if (state.start === null) return 'waiting'
  return isTurned(state) ? 'going-back' : 'running'
}
