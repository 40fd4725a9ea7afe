import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { removeEmbeddedPostgres } from '@towpath/store/embedded/embedded-postgres.ts'
import { clean } from '@towpath/testkit/clean.ts'
import { demosFolder } from './folder.ts'

type Say = (line: string) => void

interface Remembered {
  installation: string
  pid: number
}

/**
 * Removes what demos of this checkout left: servers, databases, containers, networks, folders, and the images built for
 * them. Another installation on the same engine, a real one above all, is never touched.
 */
export async function cleanDemos(say: Say): Promise<number> {
  const names = await readdir(demosFolder).catch(() => [])
  for (const name of names.filter((candidate) => candidate.startsWith('demo-')))
    await cleanDemo(join(demosFolder, name), say)
  sayRemoved(await clean({ installation: 'none', alsoImages: true }), say)
  return 0
}

async function cleanDemo(folder: string, say: Say): Promise<void> {
  const text = await readFile(join(folder, 'demo.json'), 'utf8').catch(() => null)
  if (text !== null) {
    const { installation, pid } = JSON.parse(text) as Remembered
    await endDemo(pid)
    sayRemoved(await clean({ installation }), say)
  }
  for (const database of ['database', join('state', 'database')])
    await removeEmbeddedPostgres({ dataDir: join(folder, database) }).catch(() => undefined)
  await rm(folder, { recursive: true, force: true })
  say(`removed ${folder}`)
}

function sayRemoved(removed: object, say: Say): void {
  for (const [kind, things] of Object.entries(removed))
    if (Array.isArray(things) && things.length > 0)
      say(`${kind === 'kept' ? 'kept' : 'removed'} ${things.length} ${kind}`)
}

/** Ends a demo that still runs. A number that somebody else's process has by now is left alone. */
async function endDemo(pid: number): Promise<void> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  if (!command.includes('demo/main.ts')) return
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
