import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import type { LoadReport } from '@towpath/testkit/load/load-spec.ts'
import { monotonicNowMs } from '@towpath/testkit/load/load-spec.ts'
import { until } from '@towpath/testkit/wait.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { closing } from '../closing.ts'
import { beside } from '../row.ts'
import type { Row } from '../row.ts'
import { layComposeProject } from '../scene/compose-project.ts'
import type { ComposeProject } from '../scene/compose-project.ts'
import { startTraffic } from '../scene/scene.ts'
import type { BenchScene } from '../scene/scene.ts'

const beforeMs = 3_500
const afterMs = 3_500
const servesWithinMs = 30_000

/** What the same release costs with what users have today: same images, same database server, same load. */
export async function composePeer({ scene, images }: BenchScene): Promise<Row[]> {
  const project = await layComposeProject(scene)
  return await closing(
    () => project.close(),
    async () => {
      const [before, after] = images
      if (before === undefined || after === undefined) throw new Error('two sets of images are needed')
      await project.up(before)
      await until(async () => (await fetch(`http://127.0.0.1:${project.port}/api/items`)).ok, {
        withinMs: servesWithinMs,
        what: 'the compose project to serve',
      })
      return await underLoad(project, after)
    },
  )
}

async function underLoad(project: ComposeProject, after: ExampleImages): Promise<Row[]> {
  const load = await startTraffic(project.port)
  return await closing(
    () => load.abandon(),
    async () => {
      await sleep(beforeMs)
      const askedAt = monotonicNowMs()
      await project.up(after)
      const upMs = monotonicNowMs() - askedAt
      await sleep(afterMs)
      return peerRows(project, await load.stop(), { askedAt, upMs })
    },
  )
}

function peerRows(
  { program }: ComposeProject,
  report: LoadReport,
  { askedAt, upMs }: { askedAt: number; upMs: number },
): Row[] {
  const first = report.byRelease['2.0.0']?.firstAnswerAtMs ?? Number.NaN
  return [
    beside(`${program} up -d at 1,000 requests/s: failed and dropped`, report.failed + report.dropped, ''),
    beside(`${program}: requests sent`, report.sent, ''),
    beside(`${program}: of them 3 s long`, report.slow.sent, ''),
    beside(`${program}: longest gap between good answers`, report.longestGap.ms, 'ms'),
    beside(`${program}: asked to first answer of the release`, first - askedAt, 'ms'),
    beside(`${program}: whole command`, upMs, 'ms'),
  ]
}
