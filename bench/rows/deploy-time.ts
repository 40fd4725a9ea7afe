import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import type { RunOptions } from '../group.ts'
import { interleave, median } from '../measure.ts'
import { beside, limited } from '../row.ts'
import type { Row } from '../row.ts'
import { actBare } from '../scene/container-floor.ts'
import type { FloorTimes } from '../scene/container-floor.ts'
import { blueGreen } from '../scene/scene.ts'
import type { BenchScene } from '../scene/scene.ts'

const limit = 2

/**
 * From the moment a deployment is accepted until all traffic goes to the new release, over the bare container acts. Both
 * ends are events of the ledger. The images are on the host already, for both sides.
 */
export async function deployTime(bench: BenchScene, { rounds, say }: RunOptions): Promise<Row[]> {
  const steps: Step[][] = []
  const floors: FloorTimes[] = []
  // Nobody asks, so that there is nothing to judge a bake by; what is measured ends before it would begin.
  await bench.goBy({ ...blueGreen, bake: '0s' })
  let last = await bench.ship()
  const took = await interleave(
    {
      floor: async () => {
        const floor = await actBare({ ...last, installation: bench.scene.server.installation })
        floors.push(floor)
        return floor.total
      },
      deploy: async () => {
        last = await bench.ship()
        const events = await bench.events(last.id)
        steps.push(stepsOf(events))
        return untilSwitched(events)
      },
    },
    rounds,
  )
  const [floorMs, deployMs] = [median(took.floor), median(took.deploy)]
  say(`  floor ${listed(took.floor)}; deploy ${listed(took.deploy)} ms`)
  return [
    limited('deploy to 100% new, over the bare container acts', {
      value: deployMs / floorMs,
      unit: 'x',
      limit,
    }),
    beside('deploy: bare container acts', floorMs, 'ms'),
    ...(['migrator', 'start', 'healthy'] as const).map((part) =>
      beside(`deploy: bare ${part}`, median(floors.map((floor) => floor[part])), 'ms'),
    ),
    beside('deploy: accepted to all traffic switched', deployMs, 'ms'),
    ...medianSteps(steps).map(({ name, ms }) => beside(`deploy: until ${name}`, ms, 'ms')),
  ]
}

export interface Step {
  name: string
  ms: number
}

/** Time from each event to the next, up to the switch: an event says that its step is done. */
export function stepsOf(events: LedgerEvent[]): Step[] {
  const end = events.findIndex(({ type }) => type === 'traffic.switched')
  return events.slice(1, end + 1).map((event, index) => ({
    name: event.type,
    ms: Date.parse(event.at) - Date.parse(events[index]?.at ?? event.at),
  }))
}

/** In ms. */
export function untilSwitched(events: LedgerEvent[]): number {
  const at = (type: string): number => Date.parse(events.find((event) => event.type === type)?.at ?? '')
  return at('traffic.switched') - at('deployment.requested')
}

/** The median of each step by its name. */
export function medianSteps(runs: Step[][]): Step[] {
  const names = [...new Set(runs.flatMap((steps) => steps.map(({ name }) => name)))]
  return names.map((name) => ({
    name,
    ms: median(runs.flatMap((steps) => steps.filter((step) => step.name === name).map(({ ms }) => ms))),
  }))
}

const listed = (values: readonly number[]): string => values.map((value) => Math.round(value)).join(', ')
