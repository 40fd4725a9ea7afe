import { askSocket } from '@towpath/adapters/edge/haproxy/haproxy-socket.ts'
import { edgeFiles } from '@towpath/adapters/edge/haproxy/names.ts'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunOptions } from '../group.ts'
import { median, timed } from '../measure.ts'
import { beside, limited } from '../row.ts'
import type { Row } from '../row.ts'
import { actBare } from '../scene/container-floor.ts'
import { blueGreen } from '../scene/scene.ts'
import type { BenchScene } from '../scene/scene.ts'

const warmLimit = 20
const coldLimit = 2
const noOpCalls = 11
const silenceMs = 500

interface Round {
  /** One call of the edge's socket, after half a second in which nobody asked it anything. */
  noOpMs: number
  /** The same, one after the other. */
  loopedMs: number
  /** The act on the edge, as the ledger has it. */
  warmActMs: number
  warmMs: number
  floorMs: number
  coldMs: number
}

/** Each round ships twice and goes back twice: to the release that is warm, and to the one that has left the host. */
export async function rollbackTime(bench: BenchScene, { rounds, say }: RunOptions): Promise<Row[]> {
  await bench.goBy({ ...blueGreen, drain: '1s', bake: '0s' })
  let first = (await bench.ship()).release
  const took: Round[] = []
  for (let round = 0; round < rounds; round += 1) {
    await bench.ship()
    took.push(await measure(bench, first))
    first = (await bench.ship()).release
  }
  const middle = (value: (round: Round) => number): number => median(took.map(value))
  for (const { warmActMs, noOpMs, coldMs, floorMs } of took)
    say(
      `  warm ${warmActMs.toFixed(1)} ms on the edge, no-op ${noOpMs.toFixed(2)}; cold ${coldMs}, floor ${Math.round(floorMs)} ms`,
    )
  return [
    limited('warm rollback, its act on the edge over a no-op call', {
      value: middle(({ warmActMs }) => warmActMs) / middle(({ noOpMs }) => noOpMs),
      unit: 'x',
      limit: warmLimit,
    }),
    beside(
      'warm rollback: no-op call on the edge',
      middle(({ noOpMs }) => noOpMs),
      'ms',
    ),
    beside(
      'warm rollback: no-op calls, one after the other',
      middle(({ loopedMs }) => loopedMs),
      'ms',
    ),
    beside(
      'warm rollback: act on the edge',
      middle(({ warmActMs }) => warmActMs),
      'ms',
    ),
    beside(
      'warm rollback: accepted to all traffic switched',
      middle(({ warmMs }) => warmMs),
      'ms',
    ),
    limited('cold rollback, over the bare start of its containers', {
      value: middle(({ coldMs }) => coldMs) / middle(({ floorMs }) => floorMs),
      unit: 'x',
      limit: coldLimit,
    }),
    beside(
      'cold rollback: bare start and healthy',
      middle(({ floorMs }) => floorMs),
      'ms',
    ),
    beside(
      'cold rollback: accepted to all traffic switched',
      middle(({ coldMs }) => coldMs),
      'ms',
    ),
  ]
}

async function measure(bench: BenchScene, cold: string): Promise<Round> {
  const last = await bench.ship()
  const floor = await actBare({ ...last, installation: bench.scene.server.installation })
  const noOpMs = await noOpCall(bench, silenceMs)
  const loopedMs = await noOpCall(bench, 0)
  const warm = await bench.events((await bench.goBack()).id)
  const back = await bench.events((await bench.goBack(cold)).id)
  return {
    noOpMs,
    loopedMs,
    warmActMs: switchIn(warm).data.tookMs,
    warmMs: untilSwitched(warm),
    // A rollback never migrates.
    floorMs: floor.start + floor.healthy,
    coldMs: untilSwitched(back),
  }
}

/** An act comes out of silence and finds nothing warm; so does the call that it is compared with. */
async function noOpCall({ edgeFolder }: BenchScene, pauseMs: number): Promise<number> {
  const socket = join(edgeFolder, edgeFiles.runtimeSocket)
  const took = []
  for (let call = 0; call < noOpCalls; call += 1) {
    await sleep(pauseMs)
    took.push(await timed(() => askSocket(socket, 'show version', 5_000)))
  }
  return median(took)
}

function switchIn(events: readonly LedgerEvent[]): LedgerEvent & { type: 'traffic.switched' } {
  const found = events.find((event) => event.type === 'traffic.switched')
  if (found === undefined) throw new Error('a rollback switched no traffic')
  return found
}

/** From the moment that a deployment is accepted, by the ledger's own times, in ms. */
export function untilSwitched(events: readonly LedgerEvent[]): number {
  const requested = events.find(({ type }) => type === 'deployment.requested')
  return Date.parse(switchIn(events).at) - Date.parse(requested?.at ?? '')
}
