import type { Performing } from '../runner/performing.ts'

/** Restarts that a container may have behind it: one that served before may have restarted long ago, a fresh one never. */
export async function restartsBefore(
  { deployment, engine }: Pick<Performing, 'deployment' | 'engine'>,
  container: string,
): Promise<number> {
  const served = [deployment.start?.previous, deployment.start?.warm].some((placement) =>
    Object.values(placement?.services ?? {}).some((place) => place.container === container),
  )
  return served ? ((await engine.inspect(container))?.restarts ?? 0) : 0
}
