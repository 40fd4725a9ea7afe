import { composeLabels } from '@towpath/domain/adoption/running/found-container.ts'
import type { ContainerSpec } from '@towpath/domain/deployment/container.ts'
import type { Performing } from '../runner/performing.ts'

/**
 * Accessories that the host never had are started; all others are left as they are, also those that the team's own Compose
 * made under another name. Returns the names of ours.
 */
export async function ensureAccessories(
  { engine, deployment }: Pick<Performing, 'engine' | 'deployment'>,
  accessories: readonly ContainerSpec[],
): Promise<string[]> {
  const names: string[] = []
  const { composeProject } = deployment.plan
  for (const accessory of accessories) {
    const service = accessory.labels['towpath.service'] ?? ''
    const theirs =
      composeProject === undefined
        ? []
        : await engine.list({
            [composeLabels.project]: composeProject,
            [composeLabels.service]: service,
          })
    if (theirs.length > 0) continue
    await engine.ensureRanOnce(accessory)
    names.push(accessory.name)
  }
  return names
}
