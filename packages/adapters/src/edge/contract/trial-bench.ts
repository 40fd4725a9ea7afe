import type { Trial, WantedEdge } from '@towpath/domain/edge/wanted.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, SERVICE, candidate, inMs, live, steered } from './bench.ts'

/** A release in s1 that is live, and one in s2 that is up and may be tried. */
export interface TrialBench extends Bench {
  /** Without a trial, and with one: of all requests unless told. */
  seated: () => WantedEdge
  tried: (changes?: Partial<Trial>) => WantedEdge
  apply: (wanted: WantedEdge) => ReturnType<Bench['edge']['apply']>
  renew: (ms?: number, service?: string) => Promise<void>
  /** How many of so many requests each release answered. */
  ask: (count: number, pauseMs?: number) => Promise<Record<string, number>>
}

export async function openTrialBench(open: () => Promise<Bench>): Promise<TrialBench> {
  const bench = await open()
  const seated = () => bench.wanted({ s1: live('1.0.0'), s2: candidate('1.1.0') })
  await bench.occupy('s1', '1.0.0')
  await bench.occupy('s2', '1.1.0')
  await bench.edge.ensure(bench.spec, seated())
  await bench.until('s2', ({ health }) => health === 'up')
  return {
    ...bench,
    seated,
    tried: (changes = {}) =>
      steered(seated(), { trial: { slot: 's2', perMyriad: 10_000, salt: 4_711, ...changes } }),
    apply: (wanted) => bench.edge.apply(bench.spec, wanted),
    renew: (ms = 60_000, service = SERVICE) => bench.edge.renew(bench.spec, { service, until: inMs(ms) }),
    ask: async (count, pauseMs = 0) => {
      const bodies: Record<string, number> = {}
      for (let number = 0; number < count; number++) {
        const { status, body } = await bench.get('/')
        const who = status === 200 ? body : `status ${status}`
        bodies[who] = (bodies[who] ?? 0) + 1
        if (pauseMs > 0) await sleep(pauseMs)
      }
      return bodies
    },
  }
}
