import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import { isDone, stepIdem } from '@towpath/domain/deployment/deployment-state.ts'
import { isTurned } from '@towpath/domain/deployment/decide.ts'
import { emptyEnvironment } from '@towpath/domain/environment/environment-state.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { hasFailed, isReady, mayKeep, whyFailed } from '@towpath/domain/fleet/decide-fleet.ts'
import { hostNames } from '@towpath/domain/fleet/fleet-way.ts'
import { deploymentView, environmentView } from '@towpath/domain/ledger/views.ts'
import type { LedgerTransaction } from '@towpath/store/ledger/transact.ts'
import type { Installation } from '../installation.ts'
import { pullImages } from '../perform/pull-images.ts'
import { labelsOf } from '../runner/begin-and-end.ts'
import type { Perform, Performing } from '../runner/performing.ts'
import { stateOf } from '../state-of.ts'
import { onEachHost } from './ask-hosts.ts'
import { decisionFor, membersOf } from './members.ts'

/** Fetches every image on every host at once, before any of them is touched. */
export const pullOnHosts: Perform<'pull-images'> = async (performing, command) => {
  const started = performing.installation.elapsedMs()
  const images = await Promise.all(
    (await onEachHost(performing)).map(async (each) => {
      const pulled = await pullImages(each, command)
      const host = each.deployment.plan.member?.host.name ?? ''
      return pulled?.type === 'images.pulled'
        ? pulled.data.images.map((image) => ({ ...image, why: `${host}: ${image.why}` }))
        : []
    }),
  )
  const tookMs = performing.installation.elapsedMs() - started
  return { type: 'images.pulled', data: { images: images.flat(), tookMs } }
}

/** Records how a host came out. A failure on the way forward fails the whole; a rollback goes on without that host. */
export const awaitHost: Perform<'await-host'> = async (performing, { host }) => {
  const { installation, deployment } = performing
  const member = await memberWhere(performing, host, ({ start }) => start !== null)
  if (member === undefined) return null
  const at = { host, deployment: member.id }
  if (hasFailed(member, installation.now())) {
    if (deployment.kind !== 'rollback') throw hostFailed(host, member)
    return { type: 'host.settled', data: { ...at, ready: false, why: whyFailed(member) } }
  }
  return isReady(member) ? { type: 'host.settled', data: { ...at, ready: true, why: '' } } : null
}

const hostFailed = (host: string, member: Deployment): TowpathError =>
  new TowpathError({
    code: 'HOST_FAILED',
    kind: 'failed',
    message: `${host}: ${whyFailed(member)}`,
    hint: `Every host goes back to what it had. What happened on ${host}: towpath explain ${member.id}`,
  })

/**
 * Every host keeps the release, or none does: one transaction, decided again under the ledger's lock, says so to all of
 * them. What only a rollback allows: hosts that could not go back are left out, and those that are held up follow.
 */
export const agree: Perform<'agree'> = async ({ installation, deployment }, { step }) => {
  await installation.store.transact(async (tx) => {
    const state = await stateOf(tx, deploymentView, deployment.id)
    if (state === undefined || !(await isWanted(tx, { installation, state, step }))) return
    const members = await membersOf(tx, state)
    const ready = Object.entries(members).filter(([, member]) => isReady(member))
    if (ready.length === 0) throw noHostWentBack(state, members)
    const data = { hosts: ready.map(([host]) => host) }
    for (const member of Object.values(members).filter(mayKeep))
      await tx.append({
        ...{ type: 'hosts.agreed', actor: 'towpath', idem: stepIdem(member.id, 'await-fleet') },
        ...labelsOf(member),
        data,
      })
    await tx.append({
      ...{ type: 'hosts.agreed', actor: 'towpath', idem: stepIdem(state.id, step) },
      ...labelsOf(state),
      data,
    })
  })
  installation.wake.ring()
  return null
}

async function isWanted(
  tx: LedgerTransaction,
  { installation, state, step }: { installation: Installation; state: Deployment; step: string },
): Promise<boolean> {
  const environment =
    (await stateOf(tx, environmentView, state.environment)) ?? emptyEnvironment(state.environment)
  const decision = await decisionFor(tx, state, { environment, now: installation.now() })
  return decision.next === 'perform' && decision.command.step === step
}

const noHostWentBack = (state: Deployment, members: Readonly<Record<string, Deployment>>): TowpathError =>
  new TowpathError({
    code: 'HOST_FAILED',
    kind: 'failed',
    message: `none of ${hostNames(state).join(', ')} could go to ${state.release}: ${[...new Set(Object.values(members).map(whyFailed))].join('; ')}`,
    hint: `What happened on each: towpath explain ${state.id}. Every host stays as it was.`,
  })

/** Turns a host round that is still on its way, or keeps its way back open. */
export const returnHost: Perform<'return-host'> = async ({ installation, deployment }, { host }) => {
  const at = deployment.hosts?.[host]
  if (at === undefined) return null
  await installation.store.transact(async (tx) => {
    const member = await stateOf(tx, deploymentView, at.deployment)
    if (member === undefined || member.finished !== null || isTurned(member)) return
    await tx.append({
      type: 'deployment.abort-requested',
      actor: deployment.abort?.by ?? 'towpath',
      idem: `${member.id}/abort`,
      ...labelsOf(member),
      data: { reason: `goes back with the other hosts (${deployment.id})` },
    })
  })
  installation.wake.ring()
  return { type: 'host.returning', data: { host, deployment: at.deployment } }
}

/** Records how a host came back, or that nobody knows. */
export const awaitReturn: Perform<'await-return'> = async (performing, { host }) => {
  const member = await memberWhere(performing, host, () => false)
  if (member === undefined) return null
  const outcome = member.finished?.outcome ?? 'unknown'
  const why = member.finished?.reason ?? whyFailed(member)
  return { type: 'host.returned', data: { host, deployment: member.id, outcome, why } }
}

/** What is overdue may only have waited for a controller that was away: it has this long to get on. */
const graceMs = 30_000

/** A host's deployment once it got on or ended, or as it stands when its grace is over. */
async function memberWhere(
  { installation, deployment, signal }: Performing,
  host: string,
  gotOn: (member: Deployment) => boolean,
): Promise<Deployment | undefined> {
  const untilMs = installation.elapsedMs() + graceMs
  for (;;) {
    const member = (await membersOf(installation.store, deployment))[host]
    const isOver = installation.elapsedMs() >= untilMs
    if (member === undefined || member.finished !== null || gotOn(member) || isOver) return member
    await installation.wake.wait(installation.periods.pollMs, signal)
    signal.throwIfAborted()
  }
}

/** Whether the deployment still goes forward and did not begin on this host yet. */
export const mayStillBegin = async (
  tx: LedgerTransaction,
  { deployment }: Pick<Performing, 'deployment'>,
  step: string,
): Promise<boolean> => {
  const state = await stateOf(tx, deploymentView, deployment.id)
  return state !== undefined && !isDone(state, step) && !isTurned(state)
}
