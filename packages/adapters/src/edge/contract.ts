import { afterEach, describe } from 'vitest'
import { type Bench, type EdgeUnderTest, benchFor } from './contract/bench.ts'
import { cohortPromises } from './contract/cohort.ts'
import { countedTrafficPromises } from './contract/counted-traffic.ts'
import { cutPromises } from './contract/cut.ts'
import { deadlinePromises } from './contract/deadline.ts'
import { heldEdgePromises } from './contract/held-edge.ts'
import { holdPromises } from './contract/hold.ts'
import { orderPromises } from './contract/order.ts'
import { privateEntryPromises } from './contract/private-entry.ts'
import { slotStatusPromises } from './contract/slot-status.ts'
import { survivalPromises } from './contract/survival.ts'
import { trafficPromises } from './contract/traffic.ts'
import { trialCoursePromises } from './contract/trial-course.ts'
import { trialFusePromises } from './contract/trial-fuse.ts'
import { trialSharePromises } from './contract/trial-share.ts'

/** The promises of the port. Every implementation runs them; `open` gives a fresh edge that was never started. */
export function edgeContract(open: () => Promise<EdgeUnderTest>): void {
  const opened: EdgeUnderTest[] = []
  const bench = async (): Promise<Bench> => {
    const under = await open()
    opened.push(under)
    return benchFor(under)
  }
  describe('edge contract', () => {
    afterEach(async () => {
      for (const under of opened.splice(0)) await under.close()
    })
    trafficPromises(bench)
    survivalPromises(bench)
    privateEntryPromises(bench)
    deadlinePromises(bench)
    slotStatusPromises(bench)
    orderPromises(bench)
    trialSharePromises(bench)
    trialFusePromises(bench)
    trialCoursePromises(bench)
    cohortPromises(bench)
    holdPromises(bench)
    heldEdgePromises(bench)
    cutPromises(bench)
    countedTrafficPromises(bench)
  })
}
