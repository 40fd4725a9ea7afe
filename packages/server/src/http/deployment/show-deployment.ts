import type { z } from '@hono/zod-openapi'
import { isTurned } from '@towpath/domain/deployment/decide.ts'
import type { Decision } from '@towpath/domain/deployment/decide.ts'
import { stepLines } from '@towpath/domain/deployment/describe-step.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { showGateResult } from '../gate/gate-shape.ts'
import type { deploymentShape, summaryShape } from './deployment-shape.ts'

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
  schemaAccepted: state.schemaAccepted,
  state: progressOf(state),
  outcome: state.finished?.outcome ?? null,
  done: state.done,
  verdicts: state.verdicts,
  resumed: state.resumed,
  failure: state.failure,
  abort: state.abort,
  finished: finishedOf(state),
  seq,
})

/** A deployment with its way, its gates and, by what was decided for it just now, what it waits for. */
export function showDeployment(
  deployment: DeploymentAt,
  decision: Decision,
): z.infer<typeof deploymentShape> {
  const { state } = deployment
  return {
    ...showSummary(deployment),
    waitsFor: waitsFor(decision, state),
    steps: stepLines(state).map((line) => ({ ...line, at: state.done[line.step]?.at ?? null })),
    gates: state.gates === null ? null : { ...state.gates, results: state.gates.results.map(showGateResult) },
    subnet: state.subnet,
    start: state.start === null ? null : { ...state.start },
    plan: { ...state.plan },
    pins: state.pins,
  }
}

function waitsFor(decision: Decision, { id }: Deployment): string | null {
  if (decision.next === 'wait') return decision.why
  if (decision.next !== 'perform' || decision.command.do !== 'await-person') return null
  return `waits for a person, because its verdict is inconclusive: towpath resume ${id} --reason "...", or: towpath abort ${id}`
}

/** The placement stays out: it is the environment's to tell. */
const finishedOf = ({ finished }: Deployment): z.infer<typeof summaryShape>['finished'] =>
  finished === null ? null : { outcome: finished.outcome, reason: finished.reason, at: finished.at }

function progressOf(state: Deployment): z.infer<typeof summaryShape>['state'] {
  if (state.finished !== null) return 'finished'
  if (state.start === null) return 'waiting'
  return isTurned(state) ? 'going-back' : 'running'
}
