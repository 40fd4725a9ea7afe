import type { ExampleScene } from '../example-scene.ts'
import { editConfig } from '../faults/project-edits.ts'
import { ensureHaproxyImage, ensureNginxImage } from '../images.ts'
import type { SecondEngine } from '../second-engine.ts'

/** An engine gets what no registry holds, and its host this machine's registry and database as its own. */
export async function equipEngine(
  scene: ExampleScene,
  engine: Pick<SecondEngine, 'docker' | 'shareLoopback'>,
): Promise<void> {
  await ensureHaproxyImage(engine.docker)
  await ensureNginxImage(engine.docker)
  await engine.shareLoopback(Number(scene.registry.host.split(':')[1]))
  // Over SSH the database is asked from the host, whose loopback is another one.
  const { url } = await scene.postgres.ensureDatabase('refactor')
  await engine.shareLoopback(Number(new URL(url).port))
}

/** From here on the scene's production has these hosts, in this order. */
export const setHosts = (
  scene: ExampleScene,
  hosts: Readonly<Record<string, string>>,
  atOnce = 1,
): Promise<() => Promise<void>> =>
  editConfig(scene, [
    { path: ['environments', 'production', 'hosts'], value: hosts },
    { path: ['environments', 'production', 'hosts_at_once'], value: atOnce },
  ])
