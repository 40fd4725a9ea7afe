import { isFirstReplica, serviceOf } from '../../edge/replica.ts'
import type { Deployment } from '../deployment-state.ts'
import type { DeploymentPlan } from '../plan.ts'
import { strategyFor } from './move.ts'
import { keepsOld } from './strategy.ts'

/**
 * The replica of the new release with which an old one leaves: the one under the same key, or the last of its service
 * where the release runs fewer of them. Of a service that the release no longer has, the key itself.
 */
export function turnOf({ services }: DeploymentPlan, oldKey: string): string {
  const own = services.map(({ service }) => service).filter((key) => serviceOf(key) === serviceOf(oldKey))
  return own.includes(oldKey) ? oldKey : (own.at(-1) ?? oldKey)
}

/** Keys of the release before that leave with these of the new one. */
export const oldKeysOf = ({ plan, start }: Deployment, keys: readonly string[]): string[] =>
  Object.keys(start?.previous?.services ?? {}).filter((old) => keys.includes(turnOf(plan, old)))

/** Replicas of the release before that have no counterpart in a service which goes over otherwise than one by one. */
export const surplusOf = (state: Deployment, services: readonly string[]): string[] =>
  oldKeysOf(state, services).filter((old) => !services.includes(old))

/** Whether an old instance runs on beside the new one after the switch, as backup and for a rollback in no time. */
export const oldStays = (plan: DeploymentPlan, key: string): boolean =>
  isFirstReplica(key) && keepsOld(strategyFor(plan, key))
