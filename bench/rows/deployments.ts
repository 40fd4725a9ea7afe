import { closing } from '../closing.ts'
import type { Group, RunOptions } from '../group.ts'
import { measureSafely } from '../measure-safely.ts'
import type { Row } from '../row.ts'
import { openScene } from '../scene/scene.ts'
import { badRelease } from './bad-release.ts'
import { composePeer } from './compose-peer.ts'
import { deployTime } from './deploy-time.ts'
import { holdWait } from './hold-wait.ts'
import { memory } from './memory.ts'
import { noLoss } from './no-loss.ts'
import { rollbackTime } from './rollback-time.ts'
import { strategyLoss } from './strategy-loss.ts'
import { swarmPeer } from './swarm-peer.ts'

const parts = {
  'deploy to 100% new': deployTime,
  'loss in deploy and rollback': noLoss,
  'loss by strategy': strategyLoss,
  'a bad release': badRelease,
  'time of rollbacks': rollbackTime,
  'wait at a recreate': holdWait,
  'memory when idle': memory,
  'docker compose up -d': composePeer,
  'Docker Swarm': swarmPeer,
}

/** Everything that wants the example project live: one scene for all, the peer last so that it weighs on nothing. */
export const deployments: Group = {
  name: 'deployments',
  run: async (options: RunOptions): Promise<Row[]> => {
    const bench = await openScene()
    return await closing(
      () => bench.close(),
      async () => {
        const rows: Row[] = []
        for (const [name, part] of Object.entries(parts))
          rows.push(...(await measureSafely(name, () => part(bench, options), options.say)))
        return rows
      },
    )
  },
}
