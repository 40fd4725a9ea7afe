import type { ExampleScene } from '../example-scene.ts'
import { editConfig } from '../faults/project-edits.ts'
import { startLoad } from '../load/start-load.ts'
import type { RunningLoad } from '../load/start-load.ts'
import { domainOf } from '../scene-driver.ts'
import type { SecondEngine } from '../second-engine.ts'
import { equipEngine } from './fleet-scene.ts'

/** From here on the scene deploys to this engine, by this address, which has the images that no registry holds. */
export async function hostScene(
  scene: ExampleScene,
  engine: SecondEngine,
  address = `unix://${engine.socketPath}`,
): Promise<void> {
  await equipEngine(scene, engine)
  await editConfig(scene, [{ path: ['defaults', 'host', 'docker'], value: address }])
}

/**
 * Traffic to production's nginx on this engine, from beside it: for a moment of its start Docker takes away the firewall
 * rules behind published ports, and what comes then is refused before anything of ours could lose it.
 */
export async function loadHosted(
  scene: ExampleScene,
  { docker, enter }: Pick<SecondEngine, 'docker' | 'enter'>,
  ratePerSecond: number,
): Promise<RunningLoad> {
  const { NetworkSettings } = await docker.getContainer(nginxOf(scene)).inspect()
  const network = `${scene.project.name}-production_backend_network`
  const base = `http://${NetworkSettings.Networks[network]?.IPAddress ?? ''}`
  const targets = ['/api/items', '/'].map((page) => ({
    url: `${base}${page}`,
    host: domainOf('production'),
  }))
  return await startLoad({ targets, ratePerSecond, connections: 32 }, enter)
}

/** Container of production's nginx. */
export const nginxOf = ({ project }: ExampleScene): string => `${project.name}-nginx-reverse-proxy`
