import { startLoad } from '@towpath/testkit/load/start-load.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { closing } from '../closing.ts'
import type { RunOptions } from '../group.ts'
import { interleave, median } from '../measure.ts'
import { beside, limited } from '../row.ts'
import type { Row } from '../row.ts'
import { restartBare } from '../scene/container-floor.ts'
import { blueGreen } from '../scene/scene.ts'
import type { BenchScene } from '../scene/scene.ts'

const limit = 1.3
const ratePerSecond = 20

/**
 * The longest that a request waits while the backend is recreated, over what its own stop and start take by the engine's
 * API alone, both with the same requests under way. No request is longer than a moment: a long one would have to end first.
 */
export async function holdWait(bench: BenchScene, { rounds, say }: RunOptions): Promise<Row[]> {
  await bench.goBy({ ...blueGreen, drain: '1s', bake: '0s', services: { backend: 'recreate-hold' } })
  let last = await bench.ship()
  const took = await interleave(
    {
      floor: () =>
        asked(bench, () => restartBare({ ...last, installation: bench.scene.server.installation })).then(
          ({ result }) => result,
        ),
      hold: async () => {
        const { waitedMs, result } = await asked(bench, () => bench.ship())
        last = result
        return waitedMs
      },
    },
    rounds,
  )
  say(`  floor ${listed(took.floor)}; longest wait ${listed(took.hold)} ms`)
  const [floorMs, waitMs] = [median(took.floor), median(took.hold)]
  return [
    limited("recreate-hold: longest wait, over the app's own stop and start", {
      value: waitMs / floorMs,
      unit: 'x',
      limit,
    }),
    beside('recreate-hold: bare stop, start and healthy', floorMs, 'ms'),
    beside('recreate-hold: longest wait', waitMs, 'ms'),
  ]
}

async function asked<T>(bench: BenchScene, act: () => Promise<T>): Promise<{ waitedMs: number; result: T }> {
  const load = await startLoad({
    targets: [{ url: `${bench.site}/api/items` }],
    ratePerSecond,
    // All that come while nothing serves must be able to wait at the edge, not in the client.
    connections: 1_000,
  })
  return await closing(
    () => load.abandon(),
    async () => {
      await sleep(500)
      const result = await act()
      await sleep(500)
      const { failed, dropped, latencyMs, samples } = await load.stop()
      if (failed + dropped > 0)
        throw new Error(
          `${failed} requests failed and ${dropped} were dropped; first: ${JSON.stringify(samples[0])}`,
        )
      return { waitedMs: latencyMs.max, result }
    },
  )
}

const listed = (values: readonly number[]): string => values.map((value) => Math.round(value)).join(', ')
