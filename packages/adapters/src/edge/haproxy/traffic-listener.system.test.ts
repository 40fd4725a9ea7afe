import { freePort } from '@towpath/testkit/ports.ts'
import { until } from '@towpath/testkit/wait.ts'
import { rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Edge } from '@towpath/app/ports/edge.ts'
import { type Bench, benchFor, live } from '../contract/bench.ts'
import { type ProcessEdge, openProcessEdge } from '../testing/process-edge.ts'
import { haproxyEdge } from './haproxy-edge.ts'
import { localDisk } from './local-disk.ts'

describe('the log that an edge tells its controller', () => {
  let under: ProcessEdge
  let bench: Bench
  beforeEach(async () => {
    under = await openProcessEdge(freePort)
    bench = benchFor(under)
    await bench.occupy('s1', '1.0.0')
    await bench.edge.ensure(bench.spec, bench.wanted({ s1: live('1.0.0') }))
  })
  afterEach(() => under.close())

  const seenBy = async (edge: Edge): Promise<number> =>
    (await edge.traffic(bench.spec)).reduce((sum, { requests }) => sum + requests, 0)
  const anotherController = (): Edge =>
    haproxyEdge({ host: under.host, disk: localDisk(dirname(under.stateDirectory)) })

  it('is told within a fraction of a second', async () => {
    await bench.get('/')
    await until(async () => (await seenBy(bench.edge)) === 1, { withinMs: 3_000, what: 'the first line' })
    const tookMs: number[] = []
    for (let number = 2; number <= 12; number++) {
      await bench.get('/')
      const answeredAt = performance.now()
      while ((await seenBy(bench.edge)) < number) await new Promise(setImmediate)
      tookMs.push(performance.now() - answeredAt)
    }
    console.log('told after', JSON.stringify(tookMs.map((ms) => Math.round(ms * 10) / 10)))
    expect(Math.max(...tookMs)).toBeLessThan(500)
  })

  it('goes to the controller that came last, which knows nothing of what was before', async () => {
    await bench.get('/')
    await until(async () => (await seenBy(bench.edge)) === 1, { withinMs: 3_000, what: 'the first line' })
    const next = anotherController()
    expect(await seenBy(next)).toBe(0)
    // The former one lets go when it notices; what happens until then the edge keeps.
    const nextHas = async (): Promise<boolean> => {
      await bench.get('/')
      return (await seenBy(next)) > 0
    }
    await until(nextHas, { withinMs: 5_000, what: 'a line for the next controller' })
    const before = [await seenBy(bench.edge), await seenBy(next)]
    await bench.get('/')
    await until(async () => (await seenBy(next)) > (before[1] ?? 0), { withinMs: 3_000, what: 'one more' })
    expect(await seenBy(bench.edge)).toBe(before[0])
  })

  it('is followed again where its socket was lost', async () => {
    const socket = join(under.stateDirectory, 'traffic.sock')
    await rm(socket)
    await bench.edge.traffic(bench.spec)
    expect((await stat(socket)).isSocket()).toBe(true)
    await rm(socket)
    await writeFile(socket, 'stale')
    const followed = async (): Promise<boolean> => {
      await bench.get('/')
      return (await seenBy(bench.edge)) > 0
    }
    await until(followed, { withinMs: 5_000, what: 'a line' })
  })

  it('survives a stranger who sends what is no log', async () => {
    const stranger = connect(join(under.stateDirectory, 'traffic.sock'))
    stranger.end(`${'x'.repeat(100_000)}\n{"entry":"public"}\n\u0000\n`)
    await once(stranger, 'finish')
    await bench.get('/')
    await until(async () => (await seenBy(bench.edge)) > 0, { withinMs: 3_000, what: 'the line' })
    expect(await seenBy(bench.edge)).toBe(1)
  })
})
