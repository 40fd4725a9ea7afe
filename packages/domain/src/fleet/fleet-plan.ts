import type { DeploymentPlan } from '../deployment/plan.ts'

/** One of the hosts of an environment. */
export interface FleetHost {
  name: string
  /** Address of its engine; see `parseHostAddress`. */
  docker: string
}

/** Hosts that get a release one after the other: the first is the canary of the others. */
export interface FleetPlan {
  hosts: FleetHost[]
  /** How many of the others go over at a time. */
  atOnce: number
}

/** What a host's own deployment knows of the whole. */
export interface FleetMember {
  host: FleetHost
  /** The deployment that it is a part of, whose word it waits for; null where it goes by itself. */
  of: string | null
}

/**
 * The part of a plan that one host carries out. Jobs and backups are for all hosts together, so the first host alone
 * runs them; approvals were given to the whole.
 */
export function memberPlan(plan: DeploymentPlan, host: FleetHost, of: string | null): DeploymentPlan {
  const { fleet, ...rest } = plan
  const isFirst = fleet?.hosts[0]?.name === host.name
  return {
    ...rest,
    ...(isFirst ? {} : { jobs: [], backup: null }),
    approvals: 0,
    member: { host, of },
  }
}
