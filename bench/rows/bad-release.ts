import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import type { LoadReport, ReleaseTally } from '@towpath/testkit/load/load-spec.ts'
import { startLoad } from '@towpath/testkit/load/start-load.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { closing } from '../closing.ts'
import type { RunOptions } from '../group.ts'
import { median } from '../measure.ts'
import { beside, limited, notOffered } from '../row.ts'
import type { Row } from '../row.ts'
import { blueGreen } from '../scene/scene.ts'
import type { BenchScene } from '../scene/scene.ts'
import { frontendLoad, requestsPerSecond } from '../scene/traffic.ts'

const weight = 0.05
const errorRatio = 0.2
const withinMs = 2_000
const hurtRatioMax = 1.5
const version = '3.0.0'
const name = `20% errors at ${weight * 100}% of ${requestsPerSecond.toLocaleString('en-US')} requests/s`

/**
 * A release whose frontend fails every fifth request and is otherwise healthy: how long it had traffic, and how many it
 * hurt, over what its weight alone would have hurt in that time. Only the frontend is asked.
 */
export async function badRelease(bench: BenchScene, { rounds, say }: RunOptions): Promise<Row[]> {
  await bench.goBy({
    ...blueGreen,
    services: {
      frontend: {
        type: 'canary',
        weights: ['5%', '25%', '50%'],
        at_least: '1s',
        at_most: '60s',
        cohort: true,
      },
    },
  })
  // The first release under this strategy makes the edge draw clients; it is no part of what is measured.
  await bench.ship()
  const images = await bench.scene.build({ version, frontendBehaviour: `errors:${errorRatio}` })
  const trials: Trial[] = []
  for (let round = 0; round < rounds; round += 1) trials.push(await tryOnce(bench, images))
  for (const { ms, hurt, answered } of trials)
    say(`  20% errors: weight 0 after ${Math.round(ms)} ms; ${hurt} of its ${answered} answers failed`)
  return rowsOf(trials)
}

interface Trial {
  /** From the first answer of the release to its last. */
  ms: number
  answered: number
  hurt: number
  lostOtherwise: number
  unsent: number
}

async function tryOnce(bench: BenchScene, images: ExampleImages): Promise<Trial> {
  const load = await startLoad(frontendLoad(bench.site, requestsPerSecond))
  return await closing(
    () => load.abandon(),
    async () => {
      await sleep(1_000)
      const deployment = await bench.attempt(images)
      await sleep(500)
      return trialOf(deployment, await load.stop())
    },
  )
}

function trialOf({ finished, release }: Deployment, report: LoadReport): Trial {
  const own: ReleaseTally | undefined = report.byRelease[version]
  if (finished?.outcome !== 'rolled-back' || own === undefined)
    throw new Error(`${release} was ${finished?.outcome ?? 'not finished'}: ${finished?.reason ?? ''}`)
  return {
    ms: own.lastAnswerAtMs - own.firstAnswerAtMs,
    answered: own.ok + own.failed,
    hurt: own.failed,
    lostOtherwise: report.failed + report.dropped - own.failed,
    unsent: report.unsent,
  }
}

function rowsOf(trials: readonly Trial[]): Row[] {
  if (trials.some(({ unsent }) => unsent > 0)) return [notOffered(name)]
  const sum = (value: (trial: Trial) => number): number =>
    trials.reduce((total, trial) => total + value(trial), 0)
  const expected = sum(({ ms }) => (ms / 1_000) * requestsPerSecond * weight * errorRatio)
  return [
    limited(`${name}: first request to weight 0`, {
      value: median(trials.map(({ ms }) => ms)),
      unit: 'ms',
      limit: withinMs,
    }),
    limited('20% errors: failures, over weight x error rate x requests in that time', {
      value: sum(({ hurt }) => hurt) / expected,
      unit: 'x',
      limit: hurtRatioMax,
    }),
    limited('20% errors: lost otherwise', {
      value: sum(({ lostOtherwise }) => lostOtherwise),
      unit: '',
      limit: 0,
    }),
    beside('20% errors: failures per bad release', median(trials.map(({ hurt }) => hurt)), ''),
    beside('20% errors: longest of the times', Math.max(...trials.map(({ ms }) => ms)), 'ms'),
  ]
}
