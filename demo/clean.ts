import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { clean } from '@towpath/testkit/clean.ts'
import { removeEmbeddedPostgres } from '@towpath/store/embedded/embedded-postgres.ts'
import { demosFolder } from './folder.ts'

/** Removes what demos of this checkout left: their servers, databases, containers, networks, images and folders. */
export async function cleanDemos(say: (line: string) => void): Promise<number> {
  const names = await readdir(demosFolder).catch(() => [])
  for (const name of names.filter((candidate) => candidate.startsWith('demo-'))) {
    const folder = join(demosFolder, name)
    await endProcess(folder)
    for (const database of ['database', join('state', 'database')])
      await removeEmbeddedPostgres({ dataDir: join(folder, database) }).catch(() => undefined)
    await rm(folder, { recursive: true, force: true })
    say(`removed ${folder}`)
  }
  const removed = await clean()
  for (const [kind, things] of Object.entries(removed))
    if (Array.isArray(things) && things.length > 0) say(`removed ${things.length} ${kind}`)
  return 0
}

async function endProcess(folder: string): Promise<void> {
  const text = await readFile(join(folder, 'demo.json'), 'utf8').catch(() => null)
  if (text === null) return
  const { pid } = JSON.parse(text) as { pid: number }
  try {
    process.kill(pid, 'SIGTERM')
    for (let waited = 0; waited < 100; waited += 1) {
      process.kill(pid, 0)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  } catch {
    // It is gone.
  }
}
