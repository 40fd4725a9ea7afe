import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RegistryAccount } from './images.ts'
import { layBaseLayer } from './registry/base-layer.ts'
import { startRegistryProcess, storageFolder, type RunningRegistry } from './registry/registry-process.ts'

export type { RunningRegistry } from './registry/registry-process.ts'

export interface RegistryOptions {
  /** The one account it knows; open to all when left out. */
  auth?: RegistryAccount
  /** Listen here instead of on a free port: a registry that went down comes back at its address. */
  port?: number
  /** Keep storage here instead of in a temporary folder; such a folder is not removed by `stop`. */
  dataDir?: string
}

/**
 * Starts a registry on 127.0.0.1, open or with one account, that answers when this resolves. It holds no image, but
 * already the layer that example images share. It ends with this process at the latest.
 */
export const startRegistry = async (options: RegistryOptions = {}): Promise<RunningRegistry> => {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'towpath-registry-')))
  if (!existsSync(storageFolder(dataDir))) await layBaseLayer(dataDir)
  const registry = await startRegistryProcess({ ...options, dataDir })
  return {
    ...registry,
    stop: async () => {
      await registry.stop()
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true })
    },
  }
}
