import type { ExampleImages } from '@towpath/testkit/example-images.ts'
import { monotonicNowMs } from '@towpath/testkit/load/load-spec.ts'
import { until } from '@towpath/testkit/wait.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { closing } from '../closing.ts'
import { beside } from '../row.ts'
import type { Row } from '../row.ts'
import { layComposeProject } from '@towpath/testkit/compose-project.ts'
import type { ComposeProject } from '@towpath/testkit/compose-project.ts'
import {
  answersOfPeer,
  buildPeerRelease,
  peerReleases,
  pullAll,
  seenAfterMs,
} from '../scene/peer-releases.ts'
import type { PeerRelease } from '../scene/peer-releases.ts'
import type { BenchScene } from '../scene/scene.ts'
import { loadRows, underFullLoad } from './under-load.ts'

const servesWithinMs = 30_000

/** What releases cost with what users have today: same images, same database server, same load. */
export async function composePeer({ scene, images }: BenchScene): Promise<Row[]> {
  const project = await layComposeProject(scene)
  return await closing(
    () => project.close(),
    async () => {
      const [before] = images
      if (before === undefined) throw new Error('no images were built')
      const rows: Row[] = []
      for (const release of peerReleases) {
        const after = await buildPeerRelease(scene, release)
        await pullAll([...Object.values(before), ...Object.values(after)])
        await project.up(before)
        await serves(project)
        rows.push(...(await underLoad(project, { release, before, after })))
      }
      return rows
    },
  )
}

const serves = ({ port }: ComposeProject): Promise<true> =>
  until(async () => (await fetch(`http://127.0.0.1:${port}/api/items`)).ok, {
    withinMs: servesWithinMs,
    what: 'the compose project to serve',
  })

interface Step {
  release: PeerRelease
  before: ExampleImages
  after: ExampleImages
}

/** A bad release is put back by hand: nobody else does. */
async function underLoad(project: ComposeProject, { release, before, after }: Step): Promise<Row[]> {
  const name = `${project.program}, ${release}`
  const seen = await underFullLoad(`http://127.0.0.1:${project.port}`, async () => {
    const startedAtMs = monotonicNowMs()
    await project.up(after)
    const upMs = monotonicNowMs() - startedAtMs
    if (release === 'good') return upMs
    await sleep(seenAfterMs)
    await project.up(before)
    return upMs
  })
  const { report, actMs, askedAtMs, result: upMs } = seen
  const first = report.byRelease[answersOfPeer(release)]?.firstAnswerAtMs ?? Number.NaN
  return [
    beside(`${name}: failed and dropped`, report.failed + report.dropped, ''),
    ...loadRows(name, report),
    beside(`${name}: asked to first answer of the release`, first - askedAtMs, 'ms'),
    beside(`${name}: whole command`, upMs, 'ms'),
    ...(release === 'good' ? [] : [beside(`${name}: until put back by hand`, actMs, 'ms')]),
  ]
}
