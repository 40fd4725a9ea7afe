import assert from 'node:assert/strict'
import type { SceneDriver } from '../scene-driver.ts'
import type { SecondEngine } from '../second-engine.ts'

/**
 * The ledger's live release is this one, nothing moves, it is what the edge serves alone, and all of it runs on the engine.
 * Throws an AssertionError with both sides where it is not so.
 */
export async function expectOneLive(
  production: SceneDriver,
  { docker }: Pick<SecondEngine, 'docker'>,
  release: string,
): Promise<void> {
  const { active, live } = await production.state()
  assert.deepEqual({ active, release: live?.release }, { active: null, release })
  const services = Object.entries(live?.services ?? {})
  const slots = Object.fromEntries(services.map(([service, { slot }]) => [service, [slot]]))
  assert.deepEqual(await production.liveSlots(), slots)
  for (const [, { container }] of services)
    assert.equal((await docker.getContainer(container).inspect()).State.Running, true, container)
}
