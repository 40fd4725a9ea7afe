import { takeOut } from '../perform/take-out.ts'
import { edgeAtRest, isStillAtRest } from './at-rest.ts'
import type { AtRest } from './at-rest.ts'

/** When its time is over the release before leaves its slots: it finishes what it has, then stops and stays on the host. */
export async function retireWarm(rest: AtRest): Promise<void> {
  const { installation, environment, deployment, edge, edgeSpec } = rest
  const { warm } = environment
  if (warm === null || installation.now() < warm.until || !(await isStillAtRest(rest))) return
  await edge.apply(edgeSpec, edgeAtRest(rest, 'draining'))
  const containers = await takeOut({
    ...rest,
    leaving: warm.services,
    drainMs: deployment.plan.drainMs,
    after: edgeAtRest(rest, 'gone'),
  })
  await installation.store.append({
    type: 'warm.retired',
    actor: 'towpath',
    idem: `${warm.deployment}/retired/${warm.until}`,
    environment: environment.environment,
    release: warm.release,
    data: { release: warm.release, containers },
  })
}
