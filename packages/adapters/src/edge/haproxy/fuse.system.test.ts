import { freePort } from '@towpath/testkit/ports.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { type TrialBench, openTrialBench } from '../contract/trial-bench.ts'
import { benchFor } from '../contract/bench.ts'
import { type ProcessEdge, openProcessEdge } from '../testing/process-edge.ts'

describe('the fuse of a trial that nobody is sent to', () => {
  let under: ProcessEdge
  afterEach(() => under.close())
  const open = async (): Promise<TrialBench> => {
    under = await openProcessEdge(freePort)
    return openTrialBench(async () => benchFor(under))
  }

  it('is blown by failed probes alone, and passed ones do not mend it', async () => {
    const bench = await open()
    await bench.apply(bench.tried({ perMyriad: 0 }))
    await bench.renew()
    const sick = await bench.occupy('s2', '1.1.0')
    await sick.sicken()
    expect((await bench.until('s2', ({ trial }) => trial?.fuse === 'blown')).trial?.fuse).toBe('blown')
    await bench.occupy('s2', '1.1.0')
    expect((await bench.until('s2', ({ health }) => health === 'up')).health).toBe('up')
    await sleep(600)
    await bench.apply(bench.tried())
    expect(await bench.ask(3)).toEqual({ '1.0.0': 3 })
    expect((await bench.slot('s2')).trial).toEqual({ fuse: 'blown', lease: 'lasts' })
  })
})
