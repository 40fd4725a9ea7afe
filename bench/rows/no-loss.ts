import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { LoadReport } from '@towpath/testkit/load/load-spec.ts'
import { monotonicNowMs } from '@towpath/testkit/load/load-spec.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { closing } from '../closing.ts'
import type { RunOptions } from '../group.ts'
import { beside, limited } from '../row.ts'
import type { Row } from '../row.ts'
import { expectLive, startTraffic } from '../scene/scene.ts'
import type { BenchScene } from '../scene/scene.ts'

/** Longer than the slow requests: some of them are in flight at every moment of the act. */
const beforeMs = 3_500
const afterMs = 3_500

/** Requests lost while a release is deployed and taken back, by the same load each time. */
export async function noLoss(bench: BenchScene, { say }: RunOptions): Promise<Row[]> {
  const rows: Row[] = []
  const older = (await bench.ship()).release
  await bench.ship()
  rows.push(
    ...(await underLoad(bench, 'deploy', { answers: bench.nextAnswers(), act: () => bench.ship(), say })),
  )
  rows.push(
    ...(await underLoad(bench, 'warm rollback', {
      answers: bench.nextAnswers(),
      act: () => goBack(bench),
      say,
    })),
  )
  const answers = other(bench.nextAnswers())
  rows.push(...(await underLoad(bench, 'cold rollback', { answers, act: () => goBack(bench, older), say })))
  return rows
}

const other = (answers: string): string => (answers === '1.0.0' ? '2.0.0' : '1.0.0')

const goBack = async ({ production }: BenchScene, release?: string): Promise<Deployment> =>
  expectLive(await production.finished((await production.rollback(release)).id))

async function underLoad(
  bench: BenchScene,
  name: string,
  { answers, act, say }: { answers: string; act: () => Promise<Deployment>; say: RunOptions['say'] },
): Promise<Row[]> {
  const load = await startTraffic(bench.scene.project.httpPorts['production'] ?? 0)
  return await closing(
    () => load.abandon(),
    async () => {
      await sleep(beforeMs)
      const askedAt = monotonicNowMs()
      await act()
      await sleep(afterMs)
      const report = await load.stop()
      for (const { status, fault, release, url } of report.samples.slice(0, 5))
        say(`  ${name}: ${url} gave ${fault ?? status} (release ${release})`)
      return lossRows(name, report, { answers, askedAt })
    },
  )
}

function lossRows(
  name: string,
  report: LoadReport,
  { answers, askedAt }: { answers: string; askedAt: number },
): Row[] {
  const first = report.byRelease[answers]?.firstAnswerAtMs ?? Number.NaN
  // A load that was not there loses nothing and proves nothing.
  const isProof = report.unsent === 0 && report.slow.sent > 0 && Number.isFinite(first)
  return [
    limited(`${name} at 1,000 requests/s: failed and dropped`, {
      value: isProof ? report.failed + report.dropped : Number.NaN,
      unit: '',
      limit: 0,
    }),
    beside(`${name}: requests sent`, report.sent, ''),
    beside(`${name}: of them 3 s long`, report.slow.sent, ''),
    beside(`${name}: longest gap between good answers`, report.longestGap.ms, 'ms'),
    beside(`${name}: asked to first answer of the release`, first - askedAt, 'ms'),
  ]
}
