import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { stepIdem } from '@towpath/domain/deployment/deployment-state.ts'
import type { EnvironmentState } from '@towpath/domain/environment/environment-state.ts'
import { memberPlan } from '@towpath/domain/fleet/fleet-plan.ts'
import type { FleetHost } from '@towpath/domain/fleet/fleet-plan.ts'
import { seatOf } from '@towpath/domain/fleet/seat.ts'
import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import type { LedgerTransaction } from '@towpath/store/ledger/transact.ts'
import { alreadyLive } from '../deployment/already-live.ts'
import { labelsOf } from '../runner/begin-and-end.ts'
import { performingFor } from '../runner/performing-for.ts'
import type { Perform, Performing } from '../runner/performing.ts'
import { stateOf } from '../state-of.ts'
import { seatState } from './members.ts'
import { mayStillBegin } from './perform-fleet.ts'

/**
 * Begins a host's own deployment: its request and the word of it here are one transaction, so that no host is ever
 * begun twice or forgotten. A host that runs the very same already is left as it is.
 */
export const startHost: Perform<'start-host'> = async (performing, { host: name, step }) => {
  const { installation, deployment } = performing
  const host = deployment.plan.fleet?.hosts.find((each) => each.name === name)
  if (host === undefined) throw new Error(`${deployment.id} has no host ${name}`)
  const alone = await liveOnItAlone(performing, host)
  const id = installation.newId('dep')
  await installation.store.transact(async (tx) => {
    if (!(await mayStillBegin(tx, performing, step))) return
    if (alone !== null) await join(tx, performing, { host, alone })
    const there = await sameAlready(tx, deployment, host)
    if (there === null) await request(tx, deployment, { id, host })
    await tx.append({
      ...{ type: 'host.started', actor: 'towpath', idem: stepIdem(deployment.id, step) },
      ...labelsOf(deployment),
      data: { host: name, deployment: there ?? id },
    })
  })
  installation.wake.ring()
  return null
}

async function request(
  tx: LedgerTransaction,
  deployment: Deployment,
  { id, host }: { id: string; host: FleetHost },
): Promise<void> {
  const { kind, release, author, reason, schemaAccepted, pins } = deployment
  const plan = memberPlan(deployment.plan, host, deployment.id)
  await tx.append({
    type: 'deployment.requested',
    actor: deployment.requestedBy,
    idem: `${deployment.id}/member/${host.name}`,
    ...{ environment: seatOf(deployment.environment, host.name), release, deployment: id },
    data: { id, kind, release, author, reason, schemaAccepted, pins, plan },
  })
}

/** The deployment that brought this very release to the host, by the same plan; null where anything is to be done. */
async function sameAlready(
  tx: LedgerTransaction,
  { environment, plan, pins }: Deployment,
  host: FleetHost,
): Promise<string | null> {
  const seat = await seatState(tx, environment, host.name)
  const brought = seat.live === null ? undefined : await stateOf(tx, deploymentView, seat.live.deployment)
  const asked = { plan: memberPlan(plan, host, null), pins }
  return alreadyLive(seat, brought ?? null, asked)?.deployment ?? null
}

/** What was live where the environment had this one host alone until now; null for any other host. */
async function liveOnItAlone(
  { installation, deployment, signal }: Performing,
  { docker }: FleetHost,
): Promise<EnvironmentState | null> {
  const state = await stateOf(installation.store, environmentView, deployment.environment)
  if (state === undefined || state.live === null || state.live.hosts !== undefined) return null
  const brought = await stateOf(installation.store, deploymentView, state.live.deployment)
  if (brought === undefined) return null
  const { config } = await performingFor(installation, brought, signal)
  return config.host.docker === docker ? state : null
}

/** The one host of an environment becomes the one of several that it always was: nothing on it changes. */
async function join(
  tx: LedgerTransaction,
  { deployment }: Performing,
  { host, alone }: { host: FleetHost; alone: EnvironmentState },
): Promise<void> {
  const { live, warm, subnet, serviceNumbers, history, readiness } = alone
  await tx.append({
    ...{ type: 'host.joined', actor: 'towpath', idem: `${deployment.id}/joined/${host.name}` },
    environment: seatOf(deployment.environment, host.name),
    data: { live, warm, subnet, serviceNumbers, history, readiness },
  })
}
