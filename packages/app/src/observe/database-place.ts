import { addressOfName } from '@towpath/domain/adoption/running/address-of-name.ts'
import { composeLabels } from '@towpath/domain/adoption/running/found-container.ts'
import { composeProjectOf } from '@towpath/domain/config/resolved-config.ts'
import type { ResolvedConfig } from '@towpath/domain/config/resolved-config.ts'
import type { ContainerEngine } from '../ports/container-engine.ts'

/** The name in the compose file by which a URL may mean a container; null where the host finds the place by itself. */
export function composeNameIn(url: string): string | null {
  const name = URL.canParse(url) ? new URL(url).hostname : ''
  return name === '' || name === 'localhost' || /[.:]/.test(name) ? null : name
}

/** Address on the host of the container that a database's URL means by its name in the compose file; null where it means none that runs. */
export async function databasePlace(
  engine: Pick<ContainerEngine, 'find'>,
  config: Pick<ResolvedConfig, 'project' | 'environment' | 'map'>,
  url: string,
): Promise<string | null> {
  const name = composeNameIn(url)
  if (name === null) return null
  const { project, environment } = config
  const [theirs, ours] = await Promise.all([
    engine.find([`${composeLabels.project}=${composeProjectOf(config)}`]),
    engine.find([`towpath.project=${project}`, `towpath.environment=${environment}`]),
  ])
  const eachOnce = new Map([...theirs, ...ours].map((container) => [container.id, container]))
  return addressOfName([...eachOnce.values()], name)
}
