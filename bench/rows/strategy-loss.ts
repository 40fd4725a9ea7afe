import { askSocket } from '@towpath/adapters/edge/haproxy/haproxy-socket.ts'
import { edgeFiles } from '@towpath/adapters/edge/haproxy/names.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { ExampleStrategy } from '@towpath/testkit/example-project.ts'
import type { LoadReport } from '@towpath/testkit/load/load-spec.ts'
import type { RunningLoad } from '@towpath/testkit/load/start-load.ts'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunOptions } from '../group.ts'
import type { Row } from '../row.ts'
import { blueGreen } from '../scene/scene.ts'
import type { BenchScene } from '../scene/scene.ts'
import { requestsPerSecond } from '../scene/traffic.ts'
import { lossesOf } from './no-loss.ts'
import { loadRows, lossRow, lossRows, sayLosses, streamRows, underFullLoad } from './under-load.ts'

const reloads = 3
const reloadEveryMs = 1_500
const rate = `at ${requestsPerSecond.toLocaleString('en-US')} requests/s`

/** Requests lost by each strategy, and by what else the edge has to do, under the same load as a plain deployment. */
export async function strategyLoss(bench: BenchScene, options: RunOptions): Promise<Row[]> {
  const by = (services: ExampleStrategy['services']) => bench.goBy({ ...blueGreen, services: services ?? {} })
  await by({
    frontend: { type: 'canary', weights: ['5%', '25%', '50%'], at_least: '1s', at_most: '60s', cohort: true },
  })
  const rows = [
    ...(await canaryRows(bench, options)),
    ...(await lossesOf(
      bench,
      { name: 'warm rollback of a canary', act: () => bench.goBack(), cutsPerStream: 0 },
      options,
    )),
  ]
  await by({ backend: { type: 'handoff', cut: '2s' } })
  rows.push(
    ...(await lossesOf(bench, { name: 'handoff', act: () => bench.ship(), cutsPerStream: 1 }, options)),
  )
  await by({ backend: 'recreate-hold' })
  rows.push(
    ...(await lossesOf(bench, { name: 'recreate-hold', act: () => bench.ship(), cutsPerStream: 1 }, options)),
  )
  return [...rows, ...(await reloadRows(bench, options))]
}

interface Canary {
  deployment: Deployment
  /** When the last weight had passed: what came later is the promotion. */
  untilPromoted: LoadReport
}

/** The frontend goes by weights; the promotion, from the last verdict to all of the traffic, has rows of its own. */
async function canaryRows(bench: BenchScene, { say }: RunOptions): Promise<Row[]> {
  const act = async (load: RunningLoad): Promise<Canary> => {
    const { id } = await bench.request()
    await bench.production.reached(id, 'judge-trial:frontend:5000')
    const untilPromoted = await load.snapshot()
    return { deployment: await bench.settled(id), untilPromoted }
  }
  const seen = await underFullLoad(bench.site, act)
  sayLosses('canary', seen.report, say)
  const { deployment, untilPromoted } = seen.result
  const promised = { answers: bench.answersOf(deployment.release), cutsPerStream: 0 }
  return [
    ...lossRows('canary 5/25/50', { ...seen, report: untilPromoted }, promised),
    lossRow(`promotion to 100% ${rate}`, since(untilPromoted, seen.report), true),
    ...streamRows('promotion to 100%', seen.report, 0),
  ]
}

/** Counts of requests that ended after `before` was taken. */
const since = (before: LoadReport, after: LoadReport): LoadReport => ({
  ...after,
  sent: after.sent - before.sent,
  failed: after.failed - before.failed,
  dropped: after.dropped - before.dropped,
  unsent: after.unsent - before.unsent,
})

/** Hitless reloads of the running edge, as a changed structure asks for: a new worker, the old one kept for its streams. */
async function reloadRows(bench: BenchScene, { say }: RunOptions): Promise<Row[]> {
  const master = join(bench.edgeFolder, edgeFiles.masterSocket)
  const { report } = await underFullLoad(bench.site, async () => {
    for (let nth = 0; nth < reloads; nth += 1) {
      await askSocket(master, 'reload', 15_000)
      await sleep(reloadEveryMs)
    }
  })
  sayLosses('edge reload', report, say)
  return [
    lossRow(`edge reload, ${reloads} times, ${rate}`, report, true),
    ...streamRows('edge reload', report, 0),
    ...loadRows('edge reload', report),
  ]
}
