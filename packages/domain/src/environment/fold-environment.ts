import type { LedgerEvent } from '../ledger/event.ts'
import { foldWatch } from '../watch/watch-state.ts'
import type { EnvironmentState, HistoryEntry, Placement } from './environment-state.ts'
import { emptyEnvironment, historyMax } from './environment-state.ts'

/** Folds one event into the environment it is labelled with. Unknown kinds change nothing. */
export function foldEnvironment(before: EnvironmentState | undefined, event: LedgerEvent): EnvironmentState {
  const state = before ?? emptyEnvironment(event.environment ?? '')
  switch (event.type) {
    case 'deployment.requested':
      // A rollback goes to the front: it waits behind nothing and is newer than nothing.
      return {
        ...state,
        queued:
          event.data.kind === 'rollback'
            ? [event.data.id, ...state.queued]
            : [...state.queued, event.data.id],
      }
    case 'deployment.started':
      return {
        ...state,
        active: event.deployment ?? null,
        queued: without(state.queued, event.deployment),
        serviceNumbers: event.data.serviceNumbers,
      }
    case 'host.joined':
      return { ...state, ...event.data }
    case 'host.prepared':
      return { ...state, subnet: event.data.subnet }
    case 'warm.leaving':
      return state.warm?.release === event.data.release
        ? { ...state, warm: { ...state.warm, leaving: event.at } }
        : state
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
    case 'certificate.seen':
      return { ...state, certificate: event.data.certificate }
    case 'watch.started':
    case 'watch.stopped':
    case 'deployment.observed':
    case 'deployment.judged':
      return { ...state, watch: foldWatch(state.watch, event) }
    case 'drift.repaired':
      return { ...state, drift: null }
    default:
      return foldEjection(state, event)
  }
}

/** From its first event on nothing is live, so that nothing keeps it up; what it has to take out is remembered until its last. */
function foldEjection(state: EnvironmentState, { type, data }: LedgerEvent): EnvironmentState {
  if (type === 'environment.ejected') return { ...state, subnet: null, ejecting: null }
  if (type !== 'ejection.began') return state
  const { deployment, places } = data
  return { ...state, live: null, warm: null, drift: null, ejecting: { deployment, places } }
}

type Finished = LedgerEvent & { type: 'deployment.finished' }

function finish(state: EnvironmentState, event: Finished): EnvironmentState {
  const all = [historyEntry(event), ...state.history]
  const history = trimmed(all)
  const forgotten = releasesOf(all.filter((entry) => !history.includes(entry))).difference(
    releasesOf(history),
  )
  const settled = {
    ...state,
    // What is known of releases that nobody can go back to any more would only grow.
    approvals: leaveOut(state.approvals, forgotten),
    readiness: leaveOut(state.readiness, forgotten),
    waivers: state.waivers.filter((waiver) => waiver.expiresAt > event.at),
    active: state.active === event.deployment ? null : state.active,
    queued: without(state.queued, event.deployment),
    history,
  }
  const { placement, warmUntil, warmServices } = event.data
  if (placement === null) return settled
  const warm = warmUntil === null ? null : whatStays(state.live, placement, warmServices)
  return {
    ...settled,
    ...leftBehind(state, placement),
    live: placement,
    // From here on it deploys itself.
    watch: null,
    warm: warm === null ? null : { ...warm, until: warmUntil ?? '', leaving: null },
  }
}

const releasesOf = (entries: HistoryEntry[]): Set<string> => new Set(entries.map((entry) => entry.release))

const leaveOut = <T>(facts: Record<string, T>, releases: ReadonlySet<string>): Record<string, T> =>
  releases.size === 0
    ? facts
    : Object.fromEntries(Object.entries(facts).filter(([release]) => !releases.has(release)))

/** Nobody takes away what runs on a host that leaves, so it is remembered. */
function leftBehind(
  { live, leftHosts = [] }: EnvironmentState,
  fresh: Placement,
): Pick<EnvironmentState, 'leftHosts'> {
  const stays = new Set(fresh.hosts?.map(({ name }) => name))
  const left = new Map([...leftHosts, ...(live?.hosts ?? [])].map((host) => [host.name, host]))
  const gone = [...left.values()].filter(({ name }) => !stays.has(name))
  return gone.length === 0 && leftHosts.length === 0 ? {} : { leftHosts: gone }
}

/** What of the release before runs on in slots of its own. Containers that both share are live and nothing else. */
function whatStays(old: Placement | null, fresh: Placement, running?: string[]): Placement | null {
  const taken = new Set(Object.values(fresh.services).map((place) => place.container))
  const stays = Object.entries(old?.services ?? {}).filter(
    ([service, place]) => !taken.has(place.container) && (running?.includes(service) ?? true),
  )
  return old === null || stays.length === 0 ? null : { ...old, services: Object.fromEntries(stays) }
}

/** The newest entries, and of those that made a release live as many again: refusals never push out the way back. */
function trimmed(history: HistoryEntry[]): HistoryEntry[] {
  let live = 0
  return history.filter((entry, index) => {
    if (entry.outcome === 'live') live += 1
    return index < historyMax || (entry.outcome === 'live' && live <= historyMax)
  })
}

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
