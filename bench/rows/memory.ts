import { livePostmaster } from '@towpath/store/embedded/postmaster.ts'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunOptions } from '../group.ts'
import { beside, limited } from '../row.ts'
import type { Row } from '../row.ts'
import { memoryOfTree } from '../scene/process-memory.ts'
import type { BenchScene } from '../scene/scene.ts'

const limitMb = 300
const idleMs = 10_000

/** What stays in memory between deployments: a server that has just done many of them, and its embedded database. */
export async function memory({ scene }: BenchScene, { quick }: RunOptions): Promise<Row[]> {
  await sleep(quick ? 1_000 : idleMs)
  const server = await memoryOfTree(scene.server.pid)
  const database = await memoryOfTree(await postmasterOf(join(scene.folder, 'state', 'database')))
  if (server.rssMb === 0 || database.pssMb === 0) throw new Error('no process to measure was found')
  return [
    limited('memory of server and PostgreSQL, idle', {
      value: server.rssMb + database.pssMb,
      unit: 'MB',
      limit: limitMb,
    }),
    beside('memory: server, resident', server.rssMb, 'MB'),
    beside('memory: PostgreSQL, proportional', database.pssMb, 'MB'),
  ]
}

/** As root the database lies elsewhere, and its folder says where. */
async function postmasterOf(dataDir: string): Promise<number> {
  const text = await readFile(join(dataDir, 'location.json'), 'utf8').catch(() => '{}')
  const { home = dataDir } = JSON.parse(text) as { home?: string }
  const postmaster = await livePostmaster(join(home, 'cluster', 'data'))
  if (postmaster === undefined) throw new Error(`no PostgreSQL of ${dataDir} runs`)
  return postmaster.pid
}
