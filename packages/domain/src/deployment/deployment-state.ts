import type { DeploymentKind, Outcome, Placement } from '../environment/environment-state.ts'
import type { RecordedVerdict, StartFacts, StepFailure } from '../ledger/event-data.ts'
import type { LedgerEvent } from '../ledger/event.ts'
import type { GateResult } from '../gate/gate.ts'
import type { TrafficCount } from '../signal/traffic.ts'
import type { DeploymentPlan, Pins } from './plan.ts'

/** The durable act of making an environment run a release, as the ledger tells it. */
export interface Deployment {
  id: string
  kind: DeploymentKind
  environment: string
  release: string
  /** Who made the release: never counts as its approver. */
  author: string
  requestedBy: string
  requestedAt: string
  reason: string
  /** Who took on, and why, that the schema of a newer release stays while the code goes back; null where nobody had to. */
  schemaAccepted: string | null
  plan: DeploymentPlan
  pins: Pins
  start: (StartFacts & { at: string }) | null
  gates: { results: GateResult[]; passed: boolean; facts: string; at: string } | null
  /** Events of finished steps by step key; presence means done. */
  done: Record<string, { seq: number; at: string }>
  /** Subnet of the slot network, known from the first preparation on. */
  subnet: string | null
  /** What the release before was sent until the switch, by service. */
  baselines: Record<string, TrafficCount>
  /** Verdicts by the step that reached them. */
  verdicts: Record<string, RecordedVerdict & { at: string; seq: number }>
  /** Inconclusive steps that a person went on from. */
  resumed: Record<string, { by: string; at: string; reason: string }>
  /** Of several hosts, how each stands by the events of this deployment; absent where there is one. */
  hosts?: Record<string, HostProgress>
  failure: (StepFailure & { at: string }) | null
  abort: { by: string; at: string; seq: number; reason: string } | null
  finished: { outcome: Outcome; reason: string; at: string; placement: Placement | null } | null
}

/** How one host of several stands: its own deployment, whether it serves the release, how it came back. */
export interface HostProgress {
  deployment: string
  settled: { ready: boolean; why: string } | null
  returned: { outcome: Outcome | 'unknown'; why: string } | null
}

/** The step an event ends, or null where it ends none. A step key is the last part of the event's `idem`. */
const stepOf = (event: LedgerEvent): string | null => {
  const prefix = `${event.deployment}/step/`
  return event.idem.startsWith(prefix) ? event.idem.slice(prefix.length) : null
}

export const stepIdem = (deployment: string, step: string): string => `${deployment}/step/${step}`

const requested = (event: LedgerEvent & { type: 'deployment.requested' }): Deployment => ({
  ...event.data,
  environment: event.environment ?? '',
  requestedBy: event.actor,
  requestedAt: event.at,
  start: null,
  gates: null,
  done: {},
  subnet: null,
  baselines: {},
  verdicts: {},
  resumed: {},
  failure: null,
  abort: null,
  finished: null,
})

/** Folds one event into a deployment. Events of other deployments must not be given; unknown kinds change nothing. */
export function foldDeployment(state: Deployment | undefined, event: LedgerEvent): Deployment {
  if (event.type === 'deployment.requested') return state ?? requested(event)
  if (state === undefined) throw new Error(`${event.type} for a deployment that nobody requested`)
  const at = event.at
  switch (event.type) {
    case 'deployment.started':
      return { ...state, start: { ...event.data, at }, subnet: event.data.subnet }
    case 'deployment.abort-requested':
      return {
        ...state,
        abort: state.abort ?? { by: event.actor, at, seq: event.seq, reason: event.data.reason },
      }
    case 'step.failed':
      return { ...state, failure: state.failure ?? { ...event.data, at } }
    case 'deployment.finished':
      return { ...state, finished: { ...event.data, at } }
    case 'traffic.switched':
      return withStep({ ...state, baselines: { ...state.baselines, ...event.data.before } }, event)
    case 'verdict.reached':
      return withVerdict(withStep(state, event), event)
    case 'deployment.resumed':
      return {
        ...state,
        resumed: {
          ...state.resumed,
          [event.data.step]: { by: event.actor, at, reason: event.data.reason },
        },
      }
    case 'gates.evaluated':
      return withStep({ ...state, gates: { ...event.data, at } }, event)
    case 'host.started':
      return withHost(state, event, { deployment: event.data.deployment, settled: null, returned: null })
    case 'host.settled':
      return withHost(state, event, { settled: { ready: event.data.ready, why: event.data.why } })
    case 'host.returned':
      return withHost(state, event, { returned: { outcome: event.data.outcome, why: event.data.why } })
    case 'host.prepared':
      return withStep({ ...state, subnet: event.data.subnet }, event)
    default:
      return withStep(state, event)
  }
}

function withVerdict(state: Deployment, event: LedgerEvent & { type: 'verdict.reached' }): Deployment {
  const verdict = { ...event.data, at: event.at, seq: event.seq }
  return { ...state, verdicts: { ...state.verdicts, [event.data.step]: verdict } }
}

type OfHost = LedgerEvent & { type: 'host.started' | 'host.settled' | 'host.returned' }

function withHost(state: Deployment, event: OfHost, change: Partial<HostProgress>): Deployment {
  const { host, deployment } = event.data
  const before = state.hosts?.[host] ?? { deployment, settled: null, returned: null }
  return withStep({ ...state, hosts: { ...state.hosts, [host]: { ...before, ...change } } }, event)
}

function withStep(state: Deployment, event: LedgerEvent): Deployment {
  const step = stepOf(event)
  if (step === null) return state
  return { ...state, done: { ...state.done, [step]: { seq: event.seq, at: event.at } } }
}

export const isDone = (state: Deployment, step: string): boolean => state.done[step] !== undefined
