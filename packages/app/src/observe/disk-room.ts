import type { ResolvedConfig } from '@towpath/domain/config/resolved-config.ts'
import type { ContainerEngine } from '../ports/container-engine.ts'

/** Room where the engine keeps its images, and how much there has to be. Throws where the engine does not tell. */
export async function diskRoom(
  engine: Pick<ContainerEngine, 'diskFreeBytes'>,
  { host }: Pick<ResolvedConfig, 'host'>,
): Promise<{ freeBytes: number; neededBytes: number }> {
  const freeBytes = await engine.diskFreeBytes()
  if (freeBytes === null) throw new Error('the engine does not say where it keeps its images')
  return { freeBytes, neededBytes: host.diskFreeMinBytes }
}
