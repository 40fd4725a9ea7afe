import type { Installation } from '@towpath/app/installation.ts'
import { findingsCount } from '@towpath/app/live-findings/findings-of.ts'
import { withHosts } from '@towpath/app/fleet/seats.ts'
import { refusalOf } from '@towpath/app/runner/hold-host.ts'
import type { z } from '@hono/zod-openapi'
import { takeAwayCommand } from '@towpath/domain/fleet/left-hosts.ts'
import type { EnvironmentState, Placement } from '@towpath/domain/environment/environment-state.ts'
import { evidenceOf } from '@towpath/domain/environment/policy.ts'
import type { EnvironmentPolicy } from '@towpath/domain/environment/policy.ts'
import type { WatchState } from '@towpath/domain/watch/watch-state.ts'
import { showPicture } from '../watch/observed-shape.ts'
import type { environmentStateShape, policyShape, watchShape } from './environment-shape.ts'

/** An environment for people and scripts; `seq` is the place of its latest event in the ledger. */
export async function showEnvironment(
  installation: Pick<Installation, 'store' | 'now' | 'id'>,
  found: { state: EnvironmentState; seq: number },
): Promise<z.infer<typeof environmentStateShape>> {
  const { store } = installation
  const [{ state, hosts }, refused] = await Promise.all([withHosts(store, found.state), refusalOf(store)])
  const takeAway = takeAwayCommand({ installation: installation.id, environment: state.environment })
  return {
    ...showState(state),
    ...{ seq: found.seq, refused },
    findings: await findingsCount(installation, state),
    hosts: hosts.map((host) => ({ ...host, takeAway: host.stands === 'left' ? takeAway : null })),
  }
}

const showState = (
  state: EnvironmentState,
): Omit<z.infer<typeof environmentStateShape>, 'seq' | 'hosts' | 'findings' | 'refused'> => ({
  environment: state.environment,
  live: state.live === null ? null : showPlacement(state.live),
  warm:
    state.warm === null
      ? null
      : { ...showPlacement(state.warm), until: state.warm.until, leaving: state.warm.leaving },
  active: state.active,
  queued: state.queued,
  policy: state.policy === null ? null : showPolicy(state.policy),
  waivers: state.waivers,
  approvals: Object.entries(state.approvals).map(([release, by]) => ({ release, by })),
  history: state.history,
  readiness: Object.entries(state.readiness).map(([release, { ready, why, at }]) => ({
    release,
    ready,
    why,
    at,
  })),
  drift: state.drift,
  certificate: state.certificate ?? null,
  watch: state.watch === null ? null : showWatch(state.watch),
})

export const showWatch = ({
  by,
  at,
  changedAt,
  picture,
  judging,
  observed,
}: WatchState): z.infer<typeof watchShape> => ({
  ...{ by, at, changedAt, judging, observed },
  running: showPicture(picture),
})

const showPlacement = ({ release, deployment, services }: Placement) => ({
  release,
  deployment,
  services: Object.fromEntries(
    Object.entries(services).map(([service, { slot, container, image }]) => [
      service,
      { slot, container, image },
    ]),
  ),
})

export const showPolicy = (policy: EnvironmentPolicy): z.infer<typeof policyShape> => ({
  version: policy.version,
  approvals: policy.approvals,
  needs: policy.needs,
  freeze: policy.freeze.map(({ text }) => text),
  hosts: policy.hosts,
  evidence: evidenceOf(policy),
})
