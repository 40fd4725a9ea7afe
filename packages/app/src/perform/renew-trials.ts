import type { Performing } from '../runner/performing.ts'

/**
 * How long a trial goes on without word from its controller. Long enough for a controller that is restarted or busy,
 * short enough that nobody judges nothing for long: the edge itself ends the trial then.
 */
export const leaseMs = 15_000
/** Three chances to renew before a lease runs out. */
export const renewEveryMs = 3_000

/** Lets the trials of these services go on for one lease from now. */
export async function renewTrials(
  { installation, edge, edgeSpec }: Pick<Performing, 'installation' | 'edge' | 'edgeSpec'>,
  services: readonly string[],
): Promise<void> {
  const until = new Date(Date.parse(installation.now()) + leaseMs).toISOString()
  for (const service of services) await edge.renew(edgeSpec, { service, until })
}
