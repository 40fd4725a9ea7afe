import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { environmentView } from '@towpath/domain/ledger/views.ts'
import { seatOf } from '@towpath/domain/fleet/seat.ts'
import type { Installation } from '../installation.ts'
import type { Caller } from '../principal/caller.ts'
import { requirePermission } from '../principal/caller.ts'
import { foreignContainers } from '../observe/edge-facts.ts'
import { reviveAccessories } from '../perform/accessories.ts'
import { edgeAtRest, openAtRest, steerAtRest } from '../runner/at-rest.ts'
import type { AtRest } from '../runner/at-rest.ts'
import { stateOf } from '../state-of.ts'
import { environmentNotFound } from './environment-not-found.ts'

const repairDeadlineMs = 60_000

/**
 * Puts an environment back to what the ledger says, because a person asked: the edge as wanted, and foreign containers
 * off the names it holds (they go on running, only without those names), and accessories that are gone or ended badly
 * started again. Returns what was done, one sentence each.
 */
export async function repairEnvironment(
  installation: Installation,
  caller: Caller,
  input: { environment: string; dryRun: boolean },
): Promise<string[]> {
  requirePermission(caller, 'repair', input.environment)
  const whole = await stateOf(installation.store, environmentView, input.environment)
  const hosts = whole?.live?.hosts ?? null
  if (hosts === null) return await repairOne(installation, caller, input)
  const done: string[] = []
  for (const { name } of hosts) {
    const there = await repairOne(installation, caller, {
      ...input,
      environment: seatOf(input.environment, name),
    })
    done.push(...there.map((sentence) => `${name}: ${sentence}`))
  }
  return done
}

async function repairOne(
  installation: Installation,
  caller: Caller,
  input: { environment: string; dryRun: boolean },
): Promise<string[]> {
  const rest = await openAtRest(installation, input.environment, AbortSignal.timeout(repairDeadlineMs))
  if (rest === null) throw await whyNot(installation, input.environment)
  const done = await repairAll(rest, input.dryRun)
  if (!input.dryRun && done.length > 0)
    await installation.store.append({
      type: 'drift.repaired',
      actor: caller.principal.name,
      idem: installation.newId('repair'),
      environment: input.environment,
      ...(caller.request === undefined ? {} : { request: caller.request }),
      data: { done },
    })
  return done
}

async function repairAll(rest: AtRest, dryRun: boolean): Promise<string[]> {
  const wanted = edgeAtRest(rest)
  const differences = await rest.edge.drift(rest.edgeSpec, wanted)
  const revived = await reviveAccessories(rest, dryRun)
  const foreign = await foreignContainers(rest.engine, rest.deployment.plan, rest.environment)
  if (!dryRun) {
    if (!(await steerAtRest(rest, wanted))) throw notAtRest(rest.environment.environment)
    for (const { container, network } of foreign) await rest.engine.detach(container, network)
  }
  return [
    ...differences.map((difference) => `edge: ${difference}`),
    ...foreign.map(({ container, network }) => `took ${container} off ${network}`),
    ...revived,
  ]
}

async function whyNot({ store }: Installation, environment: string): Promise<TowpathError> {
  const state = await stateOf(store, environmentView, environment)
  if (state === undefined) return environmentNotFound(environment)
  return state.active === null ? nothingLive(environment) : notAtRest(environment)
}

/** For what needs a live release. */
export const nothingLive = (environment: string): TowpathError =>
  new TowpathError({
    code: 'NOTHING_LIVE',
    kind: 'not-found',
    message: `Nothing is live on ${environment}, so there is nothing to act on.`,
    hint: `Deploy first: towpath deploy VERSION -e ${environment}. Nothing was changed.`,
  })

const notAtRest = (environment: string): TowpathError =>
  new TowpathError({
    code: 'ENVIRONMENT_IN_MOTION',
    kind: 'locked',
    message: `${environment} is being deployed to.`,
    hint: `Wait for the deployment (towpath status -e ${environment}), then repair. Nothing was changed.`,
  })
