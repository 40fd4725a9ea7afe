import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import type { FleetHost } from '@towpath/domain/fleet/fleet-plan.ts'
import { hostStatus, wholeOf } from '@towpath/domain/fleet/whole.ts'
import type { HostStatus, Seat } from '@towpath/domain/fleet/whole.ts'
import { deploymentView } from '@towpath/domain/ledger/views.ts'
import type { Store } from '@towpath/store/store.ts'
import { stateOf } from '../state-of.ts'
import { seatState } from './members.ts'

/** An environment with what its hosts tell; the same as it was where it has one host. */
export async function withHosts(
  store: Pick<Store, 'view'>,
  state: EnvironmentState,
): Promise<{ state: EnvironmentState; hosts: HostStatus[] }> {
  const [present, left] = await Promise.all([
    seatsOf(store, state, await hostsNow(store, state)),
    seatsOf(store, state, state.leftHosts ?? []),
  ])
  return {
    state: wholeOf(state, present),
    hosts: [
      ...present.map((seat) => hostStatus(state, seat, true)),
      ...left.map((seat) => hostStatus(state, seat, false)),
    ],
  }
}

/** Those that keep the live release; before there is one, those that the deployment under way goes to. */
async function hostsNow(
  store: Pick<Store, 'view'>,
  { live, active }: EnvironmentState,
): Promise<readonly FleetHost[]> {
  if (live?.hosts !== undefined) return live.hosts
  const moving = active === null ? undefined : await stateOf(store, deploymentView, active)
  return moving?.plan.fleet?.hosts ?? []
}

const seatsOf = (
  store: Pick<Store, 'view'>,
  { environment }: EnvironmentState,
  hosts: readonly FleetHost[],
): Promise<Seat[]> =>
  Promise.all(hosts.map(async (host) => ({ host, state: await seatState(store, environment, host.name) })))

/** Hosts of an environment that do not keep its live release, as after one that could not be reached. */
export const astray = async (store: Pick<Store, 'view'>, state: EnvironmentState): Promise<string[]> =>
  (await withHosts(store, state)).hosts.filter(({ stands }) => stands === 'differs').map(({ host }) => host)
