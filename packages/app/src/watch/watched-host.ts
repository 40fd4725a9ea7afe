import type { ResolvedConfig } from '@towpath/domain/config/resolved-config.ts'
import type { Installation, SecretValues } from '../installation.ts'
import type { ContainerEngine } from '../ports/container-engine.ts'
import type { HttpProbe } from '../ports/http-probe.ts'
import { pinnedInputs } from '../runner/performing-for.ts'

/** The part of an engine that a watch may use: none of these calls changes anything on the host. */
export type ReadOnlyEngine = Pick<
  ContainerEngine,
  'describe' | 'diskFreeBytes' | 'find' | 'hasImage' | 'describeImage' | 'list'
>

/** A host whose containers are the team's own affair, with what the config says of them. */
export interface WatchedHost {
  installation: Installation
  config: ResolvedConfig
  secrets: SecretValues
  engine: ReadOnlyEngine
  probe: HttpProbe
}

/** Opens the host of pinned inputs; nothing is asked of it yet. */
export async function openWatchedHost(
  installation: Installation,
  pins: { snapshot: string; config: string },
): Promise<WatchedHost> {
  return watchedHost(installation, await pinnedInputs(installation, pins))
}

export const watchedHost = (
  installation: Installation,
  { config, secrets }: Pick<WatchedHost, 'config' | 'secrets'>,
): WatchedHost => ({
  ...{ installation, config, secrets },
  engine: installation.engineOf(config.host.docker, secrets),
  probe: installation.probeOf(config.host.docker),
})
