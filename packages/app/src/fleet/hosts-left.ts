import type { ResolvedConfig } from '@towpath/domain/config/resolved-config.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import type { FleetHost } from '@towpath/domain/fleet/fleet-plan.ts'
import { hostsLeft } from '@towpath/domain/fleet/left-hosts.ts'
import { deploymentView } from '@towpath/domain/ledger/views.ts'
import type { Installation } from '../installation.ts'
import { stateOf } from '../state-of.ts'

/** Hosts that have the live release of an environment, or had it once, and would have no part in it with this config. */
export async function leftBy(
  installation: Installation,
  state: EnvironmentState,
  config: ResolvedConfig,
): Promise<FleetHost[]> {
  const next = config.fleet?.hosts ?? [{ name: '', docker: config.host.docker }]
  return hostsLeft([...(await hostsOfLive(installation, state)), ...(state.leftHosts ?? [])], next)
}

async function hostsOfLive(installation: Installation, { live }: EnvironmentState): Promise<FleetHost[]> {
  if (live === null) return []
  if (live.hosts !== undefined) return live.hosts
  const brought = await stateOf(installation.store, deploymentView, live.deployment)
  if (brought === undefined) return []
  const { member } = brought.plan
  if (member !== undefined) return [member.host]
  // Its secrets are not needed for this, and may be out of reach.
  const bytes = await installation.store.getBlob(brought.pins.config)
  if (bytes === undefined) return []
  const config = JSON.parse(bytes.toString()) as ResolvedConfig
  return [{ name: '', docker: config.host.docker }]
}
