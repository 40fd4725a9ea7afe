import { freePort } from '@towpath/testkit/ports.ts'
import { rm } from 'node:fs/promises'
import { type Server, connect, createServer } from 'node:net'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, benchFor, draining, live, steered } from '../contract/bench.ts'
import { type ProcessEdge, openProcessEdge } from '../testing/process-edge.ts'
import { localDisk } from './local-disk.ts'
import { oldWorkers } from './runtime.ts'
import { StateDirectory } from './state-directory.ts'

/** Between us and the edge's master; of an answer it brings so many bytes. */
interface Scissors {
  bytes: number
  /** Only of answers to questions that match. */
  to: RegExp
}

/** As a link that breaks: an answer ends early, and nobody says so. */
describe('an answer of the edge’s master that was cut off', () => {
  let under: ProcessEdge
  let bench: Bench
  let scissors: Scissors
  let proxy: Server
  let dir: StateDirectory
  beforeEach(async () => {
    scissors = { bytes: Infinity, to: /./ }
    const here = localDisk('')
    let listening: Promise<string> | null = null
    const socketTo = async (path: string): Promise<string> => {
      if (basename(path) !== 'master.sock') return await here.socketTo(path)
      listening ??= listen(`${path}.cut`, path)
      return await listening
    }
    const listen = async (from: string, to: string): Promise<string> => {
      proxy = cutting(to, () => scissors)
      await new Promise<void>((resolve) => void proxy.listen(from, resolve))
      return from
    }
    under = await openProcessEdge(freePort, { socketTo })
    bench = benchFor(under)
    await bench.occupy('s1', '1.0.0')
    await bench.occupy('s2', '1.1.0')
    await bench.edge.ensure(bench.spec, bench.wanted({ s1: live('1.0.0') }))
    dir = await StateDirectory.of(
      { ...localDisk(join(under.stateDirectory, '..')), socketTo },
      bench.spec.name,
    )
  })
  afterEach(async () => {
    proxy.close()
    await under.close()
    await rm(`${under.stateDirectory}.cut`, { force: true })
  })

  const cutOff = expect.objectContaining({ code: 'EDGE_UNREACHABLE', retryable: true })
  const moved = () => bench.wanted({ s1: draining('1.0.0'), s2: live('1.1.0') })

  it('wherever it was, is no list of workers, least of all an empty one', async () => {
    const whole = await oldWorkers(dir)
    expect(whole).toEqual([])
    for (const bytes of [0, 1, 60, 120, 140, 150, 160, 175, 190, 200, 215, 225, 235]) {
      scissors = { bytes, to: /show proc/ }
      await expect(oldWorkers(dir), `${bytes} bytes`).rejects.toThrow(cutOff)
    }
  })

  it('of a worker that a reload left behind is no “nothing open”, and no “it was told”', async () => {
    const stream = bench.get('/stream?ms=8000')
    await bench.until('s1', ({ sessions }) => sessions === 1)
    await bench.edge.apply(bench.spec, steered(moved(), { cohort: true }))
    expect((await bench.slot('s1')).sessions).toBe(1)
    scissors = { bytes: 0, to: /@!\d+ / }
    await expect(bench.edge.status(bench.spec)).rejects.toThrow(cutOff)
    await expect(bench.edge.cut(bench.spec, { service: 'api', slot: 's1' })).rejects.toThrow(cutOff)
    await expect(bench.edge.apply(bench.spec, steered(moved(), { cohort: true }))).rejects.toThrow(cutOff)
    scissors = { bytes: Infinity, to: /./ }
    expect((await bench.slot('s1')).sessions).toBe(1)
    expect(await bench.edge.cut(bench.spec, { service: 'api', slot: 's1' })).toBe(1)
    expect((await stream).status).toBeNull()
  })
})

function cutting(to: string, scissors: () => Scissors): Server {
  return createServer({ allowHalfOpen: true }, (client) => {
    const target = connect({ path: to })
    for (const end of [client, target]) end.on('error', () => end.destroy())
    let left = Infinity
    client.on('data', (question: Buffer) => {
      const { bytes, to: matching } = scissors()
      if (matching.test(question.toString())) left = bytes
      target.write(question)
    })
    client.on('end', () => target.end())
    target.on('data', (answer: Buffer) => {
      client.write(answer.subarray(0, left))
      left -= Math.min(left, answer.length)
      if (left === 0) target.destroy()
    })
    target.on('close', () => client.end())
  })
}
