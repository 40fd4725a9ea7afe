import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ensureNodeBase, pushImage } from '../images.ts'
import { withMachineLock } from '../machine-lock.ts'
import { startRegistryProcess, storageFolder } from './registry-process.ts'

const run = promisify(execFile)

/** Repositories of the example's releases. */
const repositories = ['refactor/backend', 'refactor/frontend']

/** Where registries that already hold the Node layer are kept, one per layer; `clean` removes it. */
export const baseLayerCache = (): string => join(tmpdir(), 'towpath', 'registry')

/**
 * Gives a fresh registry the Node layer of the example images, by hard links: the first push to an empty one would
 * compress it anew, which takes 5 s where all else takes 50 ms. No tag comes with it.
 */
export const layBaseLayer = async (dataDir: string): Promise<void> => {
  if (process.platform !== 'linux') return
  const seed = join(baseLayerCache(), (await ensureNodeBase()).replace(/.*:/, ''))
  if (!existsSync(seed)) await withMachineLock('registry-seed', 5 * 60_000, () => makeSeed(seed))
  await run('cp', ['-al', storageFolder(seed), storageFolder(dataDir)], { timeout: 30_000 })
}

const makeSeed = async (seed: string): Promise<void> => {
  if (existsSync(seed)) return
  await mkdir(baseLayerCache(), { recursive: true })
  const draft = await mkdtemp(join(baseLayerCache(), 'draft-'))
  const registry = await startRegistryProcess({ dataDir: draft })
  const base = await ensureNodeBase()
  for (const repository of repositories) await pushImage(base, { registry, repository, tag: 'base' })
  await registry.stop()
  for (const repository of repositories) {
    const manifests = join(storageFolder(draft), 'docker/registry/v2/repositories', repository, '_manifests')
    await rm(manifests, { recursive: true })
  }
  await rename(draft, seed)
}
