import { execFile } from 'node:child_process'
import { readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ExampleScene } from '../example-scene.ts'
import { mountSmallDisk } from './small-disk.ts'
import type { SmallDisk } from './small-disk.ts'

const run = promisify(execFile)

/** Moves the data of a scene's embedded database to a small disk of its own; the server is started again over it. */
export async function moveDatabase(scene: ExampleScene, sizeMiB: number): Promise<SmallDisk> {
  await scene.server.stop()
  const location = await readFile(join(scene.folder, 'state', 'database', 'location.json'), 'utf8')
  const { home } = JSON.parse(location) as { home: string }
  const data = join(home, 'cluster', 'data')
  const aside = `${data}.aside`
  await rename(data, aside)
  const disk = await mountSmallDisk(data, sizeMiB)
  // With owner and mode of the folder itself: PostgreSQL refuses one that others may read.
  await run('cp', ['-a', `${aside}/.`, data])
  await rm(aside, { recursive: true })
  await scene.startServer()
  return disk
}
