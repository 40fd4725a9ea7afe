import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runServer } from '@towpath/server/run-server.ts'
import { livePostmaster } from '@towpath/store/embedded/postmaster.ts'
import type { CrashPoint } from './crash-point.ts'
import { crashVariable } from './crash-point.ts'

/** The server as it is, except that at one point of its work somebody pulls the plug: its own, the database's, or both. */
const point = JSON.parse(process.env[crashVariable] ?? 'null') as CrashPoint | null
if (point === null) throw new Error(`${crashVariable} names no point`)

const stateDir = process.argv[process.argv.indexOf('--state') + 1] ?? ''

await runServer(process.argv.slice(2), {
  watchStep: async (moment, at) => {
    if (moment !== point.moment || at.step !== point.step) return
    if (point.kill === 'pause') {
      process.kill(process.pid, 'SIGSTOP')
      return
    }
    if (point.kill !== 'server') await killDatabase()
    // Without its database a controller cannot prove that it holds the lock: it ends by itself.
    if (point.kill !== 'database') process.kill(-process.pid, 'SIGKILL')
  },
})

/** The postmaster and all its backends at once, as a machine that loses power would. */
async function killDatabase(): Promise<void> {
  const { home } = JSON.parse(readFileSync(join(stateDir, 'database', 'location.json'), 'utf8')) as {
    home: string
  }
  const postmaster = await livePostmaster(join(home, 'cluster', 'data'))
  if (postmaster === undefined) throw new Error('no live database to kill')
  const backends = execFileSync('ps', ['-o', 'pid=', '--ppid', String(postmaster.pid)], { encoding: 'utf8' })
  for (const pid of [postmaster.pid, ...backends.trim().split(/\s+/).map(Number)])
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // A backend that just ended.
    }
}
