import { freePort } from '@towpath/testkit/ports.ts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, benchFor, draining, live } from '../contract/bench.ts'
import { type ProcessEdge, openProcessEdge } from '../testing/process-edge.ts'

/** A disk that is asked to keep names. */
describe('an edge whose file is not known to be kept', () => {
  let under: ProcessEdge
  let bench: Bench
  let keep: () => Promise<void>
  let asked: number
  const strays: unknown[] = []
  const stray = (reason: unknown): void => void strays.push(reason)
  beforeEach(async () => {
    asked = 0
    keep = async () => {}
    const syncNames = (): Promise<void> => {
      asked += 1
      return keep()
    }
    under = await openProcessEdge(freePort, { syncNames })
    bench = benchFor(under)
    await bench.occupy('s1', '1.0.0')
    await bench.occupy('s2', '1.1.0')
    process.on('unhandledRejection', stray)
  })
  afterEach(async () => {
    process.off('unhandledRejection', stray)
    await under.close()
  })
  const first = () => bench.wanted({ s1: live('1.0.0') })
  const moved = () => bench.wanted({ s1: draining('1.0.0'), s2: live('1.1.0') })
  const full = new Error('the disk is full')
  const fails = async (): Promise<void> => {
    throw full
  }

  it('is not said to be there, nor started, before it is', async () => {
    const kept = Promise.withResolvers<void>()
    keep = () => kept.promise
    const ensured = bench.edge.ensure(bench.spec, first())
    await expect.poll(() => asked).toBe(1)
    expect(await under.host.isRunning(bench.spec)).toBe(false)
    kept.reject(full)
    await expect(ensured).rejects.toThrow(full)
    expect(await under.host.isRunning(bench.spec)).toBe(false)
    keep = async () => {}
    await bench.edge.ensure(bench.spec, first())
    expect(asked).toBe(2)
  })

  it('has not been moved for certain, is said so, and the next attempt asks again', async () => {
    await bench.edge.ensure(bench.spec, first())
    keep = fails
    await expect(bench.edge.apply(bench.spec, moved())).rejects.toThrow(full)
    await expect(bench.edge.apply(bench.spec, moved())).rejects.toThrow(full)
    keep = async () => {}
    expect(await bench.edge.apply(bench.spec, moved())).toMatchObject({ reloaded: false })
    expect(strays).toEqual([])
  })

  it('and that does not answer is one fault of one call, and ends nothing else', async () => {
    await bench.edge.ensure(bench.spec, first())
    keep = fails
    await under.crash()
    await expect(bench.edge.apply(bench.spec, moved())).rejects.toMatchObject({ code: 'EDGE_UNREACHABLE' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(strays).toEqual([])
  })
})
