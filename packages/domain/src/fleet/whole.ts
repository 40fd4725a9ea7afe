import type { EnvironmentState, Readiness, WarmPlacement } from '../environment/environment-state.ts'
import type { FleetHost } from './fleet-plan.ts'

/** One host of an environment that has several, as people are told of it. */
export interface HostStatus {
  host: string
  docker: string
  /** Its own name in the ledger. */
  environment: string
  /** The release that it keeps; null where none is. */
  live: string | null
  /** Its own deployment under way. */
  active: string | null
  /** `as-one`: like the whole · `differs`: another release, or not yet back · `left`: it is no host of the environment any more. */
  stands: 'as-one' | 'differs' | 'left'
}

/** A host with the ledger's word of it. */
export interface Seat {
  host: FleetHost
  state: EnvironmentState
}

export const hostStatus = (whole: EnvironmentState, { host, state }: Seat, stays: boolean): HostStatus => {
  const live = state.live?.release ?? null
  // While all are in motion each goes at its own pace.
  const differs = whole.active === null && (live !== (whole.live?.release ?? null) || state.active !== null)
  return {
    host: host.name,
    docker: host.docker,
    environment: state.environment,
    live,
    active: state.active,
    stands: stays ? (differs ? 'differs' : 'as-one') : 'left',
  }
}

/** An environment of several hosts as a whole: warm, ready to go back and free of drift only where every host is. */
export function wholeOf(whole: EnvironmentState, seats: readonly Seat[]): EnvironmentState {
  if (seats.length === 0) return whole
  const found = seats.flatMap(({ host, state }) =>
    (state.drift?.found ?? []).map((sentence) => `${host.name}: ${sentence}`),
  )
  const since = seats.flatMap(({ state }) => (state.drift === null ? [] : [state.drift.at])).toSorted()[0]
  const certificate = seats
    .flatMap(({ state }) => state.certificate ?? [])
    .toSorted((one, other) => Date.parse(one.notAfter) - Date.parse(other.notAfter))[0]
  return {
    ...whole,
    ...(certificate === undefined ? {} : { certificate }),
    warm: warmEverywhere(seats),
    readiness: readyEverywhere(seats),
    drift: since === undefined ? null : { found, at: since },
  }
}

function warmEverywhere(seats: readonly Seat[]): WarmPlacement | null {
  const all = seats.map(({ state }) => state.warm)
  const [first] = all
  if (first === null || first === undefined) return null
  if (all.some((warm) => warm?.release !== first.release)) return null
  const kept = all.filter((warm) => warm !== null)
  const until = kept.map((warm) => warm.until).toSorted()[0] ?? first.until
  return {
    ...first,
    services: {},
    until,
    leaving: kept.find(({ leaving }) => leaving !== null)?.leaving ?? null,
  }
}

function readyEverywhere(seats: readonly Seat[]): Record<string, Readiness> {
  const releases = new Set(seats.flatMap(({ state }) => Object.keys(state.readiness)))
  const whole: Record<string, Readiness> = {}
  for (const release of releases) {
    const each = seats.map(({ host, state }) => ({ host: host.name, seen: state.readiness[release] }))
    const bad = each.find(({ seen }) => seen?.ready === false)
    // A host that never said so cannot be taken for ready.
    if (bad === undefined && each.some(({ seen }) => seen === undefined)) continue
    const seen = bad?.seen ?? each[0]?.seen
    if (seen === undefined) continue
    whole[release] = bad === undefined ? seen : { ...seen, why: `${bad.host}: ${seen.why}` }
  }
  return whole
}
