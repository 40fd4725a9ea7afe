import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import type { RunOptions } from '../group.ts'
import type { Row } from '../row.ts'
import { blueGreen } from '../scene/scene.ts'
import type { BenchScene } from '../scene/scene.ts'
import { lossRows, sayLosses, underFullLoad } from './under-load.ts'

/** Requests lost while a release goes blue-green and is taken back, by the same load each time. */
export async function noLoss(bench: BenchScene, options: RunOptions): Promise<Row[]> {
  await bench.goBy(blueGreen)
  const older = (await bench.ship()).release
  await bench.ship()
  return [
    ...(await lossesOf(bench, { name: 'deploy', act: () => bench.ship(), cutsPerStream: 0 }, options)),
    ...(await lossesOf(
      bench,
      { name: 'warm rollback', act: () => bench.goBack(), cutsPerStream: 0 },
      options,
    )),
    ...(await lossesOf(
      bench,
      // The release that it leaves stays warm, and the streams on it: the one that goes off the host has none.
      { name: 'cold rollback', act: () => bench.goBack(older), cutsPerStream: 0 },
      options,
    )),
  ]
}

export interface Loss {
  name: string
  act: () => Promise<Deployment>
  cutsPerStream: number
}

/** The rows of one act that makes a release live, under the full load. */
export async function lossesOf(
  bench: BenchScene,
  { name, act, cutsPerStream }: Loss,
  { say }: RunOptions,
): Promise<Row[]> {
  const seen = await underFullLoad(bench.site, act)
  sayLosses(name, seen.report, say)
  return lossRows(name, seen, { answers: bench.answersOf(seen.result.release), cutsPerStream })
}
