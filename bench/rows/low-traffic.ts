import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import type { LoadReport } from '@towpath/testkit/load/load-spec.ts'
import { startLoad } from '@towpath/testkit/load/start-load.ts'
import { until } from '@towpath/testkit/wait.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { closing } from '../closing.ts'
import type { Group, RunOptions } from '../group.ts'
import { measureSafely } from '../measure-safely.ts'
import { beside } from '../row.ts'
import type { Row } from '../row.ts'
import {
  endedAs,
  haste,
  historyRequests,
  lowLoad,
  lowReleases,
  lowStrategy,
  offeredPerSecond,
  rates,
  verdictMs,
} from '../scene/low-traffic.ts'
import type { Ended, LowStrategy, Rate } from '../scene/low-traffic.ts'
import { blueGreen, openScene } from '../scene/scene.ts'
import type { BenchScene } from '../scene/scene.ts'

const endsWithinMs = 30 * 60_000

/**
 * The verdicts of releases good and bad at the traffic of small sites. Every request is sent and answered for real; the
 * times of the strategy are divided, and the times of the rows multiplied, by how much faster than in life it goes.
 */
export const lowTraffic: Group = {
  name: 'low traffic',
  run: async (options: RunOptions): Promise<Row[]> => {
    const both = await Promise.all(
      (['canary', 'handoff'] as const).map((strategy) =>
        measureSafely(`low traffic by ${strategy}`, () => runAll(strategy, options), options.say),
      ),
    )
    return both.flat()
  },
}

async function runAll(strategy: LowStrategy, options: RunOptions): Promise<Row[]> {
  const bench = await openScene()
  return await closing(
    () => bench.close(),
    async () => {
      const rows: Row[] = []
      for (const [nth, [release, behaviour]] of Object.entries(lowReleases).entries()) {
        const version = `6.${nth}.0`
        const images = await bench.scene.build({
          version,
          [strategy === 'canary' ? 'frontendBehaviour' : 'behaviour']: behaviour,
        })
        for (const rate of options.quick ? ([30] as const) : rates)
          rows.push(...(await oneTrial(bench, { strategy, rate, release, version, images }, options)))
      }
      return rows
    },
  )
}

interface Case {
  strategy: LowStrategy
  rate: Rate
  release: string
  /** In the answers of the release. */
  version: string
  images: ExampleImages
}

async function oneTrial(bench: BenchScene, given: Case, { say }: RunOptions): Promise<Row[]> {
  const { strategy, rate, release, images } = given
  // What is live must not be what is tried, and nobody asks yet, so that nothing could be judged.
  await bench.goBy({ ...blueGreen, bake: '0s' })
  await bench.ship()
  await bench.goBy(lowStrategy(strategy, rate))
  const load = await startLoad(lowLoad(strategy, bench.site))
  return await closing(
    () => load.abandon(),
    async () => {
      await sleep((historyRequests / offeredPerSecond) * 1_000)
      const { id } = await bench.requestOf(images)
      const ended = await until(async () => endedAs(await bench.production.deployment(id)), {
        withinMs: endsWithinMs,
        everyMs: 100,
        what: `${release} at ${rate} requests/s by ${strategy} to end`,
      })
      const report = await load.stop()
      if (ended === 'a person was asked') await bench.production.abort(id)
      const deployment = await bench.production.finished(id)
      say(`  ${strategy}, ${rate}/s, ${release}: ${ended}; ${deployment.finished?.reason ?? ''}`)
      const ms = verdictMs(await bench.events(id), strategy === 'canary' ? 'frontend' : 'backend')
      return rowsOf(given, { ended, ms, report })
    },
  )
}

function rowsOf(
  { strategy, rate, release, version }: Case,
  { ended, ms, report }: { ended: Ended; ms: number; report: LoadReport },
): Row[] {
  const name = `${strategy} at ${rate}/s, ${release}`
  const own = report.byRelease[version] ?? { ok: 0, failed: 0, dropped: 0 }
  const isSlow = lowReleases[release]?.startsWith('slow') === true
  return [
    beside(`${name}: ${ended} after`, (ms / 1_000) * haste(rate), 's'),
    beside(`${name}: users hurt`, own.failed + own.dropped + (isSlow ? own.ok : 0), ''),
    beside(`${name}: requests of the release`, own.ok + own.failed + own.dropped, ''),
    beside(`${name}: lost otherwise`, report.failed + report.dropped - own.failed - own.dropped, ''),
  ]
}
