import { afterAll, beforeAll, describe } from 'vitest'
import { adoptedPromises, removalPromises } from './contract/adopted.ts'
import { benchFor, type Bench, type EngineUnderTest } from './contract/bench.ts'
import { containerPromises, oneShotPromises } from './contract/containers.ts'
import { imagePromises } from './contract/images.ts'
import { logPromises } from './contract/logs.ts'
import { networkPromises, volumePromises } from './contract/networks.ts'
import { strangerPromises } from './contract/strangers.ts'

/** The promises of the port. Every implementation runs them, on a run id that nothing else on the host uses. */
export function containerEngineContract(runId: string, open: () => Promise<EngineUnderTest>): void {
  let under: EngineUnderTest
  const bench = (): Bench => benchFor(under, runId)
  describe('container engine contract', () => {
    beforeAll(async () => {
      under = await open()
    }, 120_000)
    afterAll(() => under.close(), 120_000)
    containerPromises(bench)
    oneShotPromises(bench)
    strangerPromises(bench)
    adoptedPromises(bench)
    removalPromises(bench)
    networkPromises(bench)
    volumePromises(bench)
    imagePromises(bench)
    logPromises(bench)
  })
}
