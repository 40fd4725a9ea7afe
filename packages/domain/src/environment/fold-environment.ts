import type { LedgerEvent } from '../ledger/event.ts'
import type { EnvironmentState, HistoryEntry } from './environment-state.ts'
import { emptyEnvironment, historyMax } from './environment-state.ts'

/** Folds one event into the environment it is labelled with. Unknown kinds change nothing. */
export function foldEnvironment(before: EnvironmentState | undefined, event: LedgerEvent): EnvironmentState {
  const state = before ?? emptyEnvironment(event.environment ?? '')
  switch (event.type) {
    case 'deployment.requested':
      return { ...state, queued: [...state.queued, event.data.id] }
    case 'deployment.started':
      return {
        ...state,
        active: event.deployment ?? null,
        queued: without(state.queued, event.deployment),
        serviceNumbers: event.data.serviceNumbers,
      }
    case 'host.prepared':
      return { ...state, subnet: event.data.subnet }
    case 'older.retired':
    case 'warm.retired':
      return state.warm?.release === event.data.release ? { ...state, warm: null } : state
    case 'deployment.finished':
      return finish(state, event)
    case 'approval.created':
      return approve(state, event)
    case 'policy.accepted':
      return { ...state, policy: event.data.policy }
    case 'gate.waived':
      return { ...state, waivers: [...state.waivers, event.data.waiver] }
    case 'readiness.changed':
      return { ...state, readiness: { ...state.readiness, [event.release ?? '']: event.data } }
    case 'drift.found':
      return {
        ...state,
        drift: event.data.found.length === 0 ? null : { found: event.data.found, at: event.at },
      }
    case 'drift.repaired':
      return { ...state, drift: null }
    default:
      return state
  }
}

type Finished = LedgerEvent & { type: 'deployment.finished' }

function finish(state: EnvironmentState, event: Finished): EnvironmentState {
  const settled = {
    ...state,
    active: state.active === event.deployment ? null : state.active,
    queued: without(state.queued, event.deployment),
    history: [historyEntry(event), ...state.history].slice(0, historyMax),
  }
  const { placement, warmUntil } = event.data
  if (placement === null) return settled
  // The release before becomes warm, unless it is the very same containers deployed again.
  const old = state.live !== null && !samePlace(state.live, placement) ? state.live : null
  const warm = old !== null && warmUntil !== null ? { ...old, until: warmUntil } : null
  return { ...settled, live: placement, warm }
}

const samePlace = (
  one: NonNullable<EnvironmentState['live']>,
  other: NonNullable<EnvironmentState['live']>,
): boolean =>
  Object.entries(other.services).every(
    ([service, place]) => one.services[service]?.container === place.container,
  )

function historyEntry(event: Finished): HistoryEntry {
  return {
    deployment: event.deployment ?? '',
    kind: event.data.kind,
    release: event.release ?? '',
    outcome: event.data.outcome,
    at: event.at,
    bakedMs: event.data.bakedMs,
  }
}

function approve(
  state: EnvironmentState,
  event: LedgerEvent & { type: 'approval.created' },
): EnvironmentState {
  const given = state.approvals[event.data.release] ?? []
  if (given.includes(event.actor)) return state
  return { ...state, approvals: { ...state.approvals, [event.data.release]: [...given, event.actor] } }
}

const without = (ids: string[], id: string | undefined): string[] => ids.filter((other) => other !== id)
