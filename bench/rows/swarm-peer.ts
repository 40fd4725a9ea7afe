import { monotonicNowMs } from '@towpath/testkit/load/load-spec.ts'
import type { LoadSpec } from '@towpath/testkit/load/load-spec.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { closing } from '../closing.ts'
import { beside } from '../row.ts'
import type { Row } from '../row.ts'
import { answersOfPeer, buildPeerRelease, peerReleases, seenAfterMs } from '../scene/peer-releases.ts'
import type { PeerRelease } from '../scene/peer-releases.ts'
import type { BenchScene } from '../scene/scene.ts'
import { openSwarm } from '../scene/swarm.ts'
import type { Swarm } from '../scene/swarm.ts'
import { requestsPerSecond, slowMs, streamsOfAKind } from '../scene/traffic.ts'
import { loadRows, underLoad } from './under-load.ts'

/** The backend by a Swarm update, start-first and back on failure, with HAProxy in front: what a swarm's users can have. */
export async function swarmPeer({ scene, images }: BenchScene): Promise<Row[]> {
  const before = images[0]?.backend ?? ''
  const swarm = await openSwarm(scene, before)
  return await closing(
    () => swarm.close(),
    async () => {
      const rows: Row[] = []
      for (const release of peerReleases) {
        const { backend } = await buildPeerRelease(scene, release)
        await swarm.pull(backend)
        rows.push(...(await oneRelease(swarm, { release, image: backend })))
        if (release === 'good') await swarm.update(before)
      }
      return rows
    },
  )
}

/** The paths of the backend itself, as many requests, long ones and streams as the others get. */
const loadOf = (site: string): LoadSpec => ({
  targets: [{ url: `${site}/` }],
  ratePerSecond: requestsPerSecond,
  connections: 64,
  slow: { url: `${site}/slow?ms=${slowMs}`, everyMs: 250 },
  streams: [
    { url: `${site}/events`, kind: 'sse', count: streamsOfAKind },
    { url: `${site}/socket`, kind: 'websocket', count: streamsOfAKind },
  ],
})

interface Update {
  outcome: 'completed' | 'rolled back'
  updateMs: number
}

async function oneRelease(
  swarm: Swarm,
  { release, image }: { release: PeerRelease; image: string },
): Promise<Row[]> {
  const name = `Swarm start-first, ${release}`
  const seen = await underLoad(
    { spec: loadOf(swarm.site), starter: swarm.starter },
    async (): Promise<Update> => {
      const startedAtMs = monotonicNowMs()
      const outcome = await swarm.update(image)
      const updateMs = monotonicNowMs() - startedAtMs
      if (release === 'good' || outcome === 'rolled back') return { outcome, updateMs }
      await sleep(seenAfterMs)
      await swarm.rollBack()
      return { outcome, updateMs }
    },
  )
  const { report, actMs, askedAtMs, result } = seen
  const first = report.byRelease[answersOfPeer(release)]?.firstAnswerAtMs ?? Number.NaN
  const isByHand = release !== 'good' && result.outcome === 'completed'
  return [
    beside(`${name}: failed and dropped`, report.failed + report.dropped, ''),
    ...loadRows(name, report),
    beside(
      `${name}: cuts of the stream that was cut most`,
      Math.max(...report.streams.map((stream) => stream.cutsPerStreamMax)),
      '',
    ),
    ...(release === 'never healthy'
      ? []
      : [beside(`${name}: asked to first answer of the release`, first - askedAtMs, 'ms')]),
    beside(`${name}: until the update ended`, result.updateMs, 'ms'),
    beside(`${name}: rolled back by itself, 1 for yes`, result.outcome === 'rolled back' ? 1 : 0, ''),
    ...(isByHand ? [beside(`${name}: until put back by hand`, actMs, 'ms')] : []),
  ]
}
