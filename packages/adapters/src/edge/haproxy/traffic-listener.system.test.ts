import { freePort } from '@towpath/testkit/ports.ts'
import { until } from '@towpath/testkit/wait.ts'
import { spawn } from 'node:child_process'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Edge } from '@towpath/app/ports/edge.ts'
import { type Bench, benchFor, live } from '../contract/bench.ts'
import { type ProcessEdge, openProcessEdge } from '../testing/process-edge.ts'
import { haproxyEdge } from './haproxy-edge.ts'
import { askSocket } from './haproxy-socket.ts'
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

  it.each([
    ['was left behind by a controller that was killed', leaveBehind],
    ['is gone', (socket: string) => rm(socket)],
  ])('costs the edge next to nothing while its socket %s', async (_, lose) => {
    await bench.get('/')
    await until(async () => (await seenBy(bench.edge)) === 1, { withinMs: 3_000, what: 'the first line' })
    await lose(join(under.stateDirectory, 'traffic.sock'))
    // Whoever listened lets go within half a second.
    await sleep(1_000)
    await bench.get('/')
    const before = await cpuMs(under.stateDirectory)
    await sleep(2_000)
    // An edge that tries without a pause keeps one core busy, or as much of it as this machine can give.
    expect((await cpuMs(under.stateDirectory)) - before).toBeLessThan(200)
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

/** A socket whose listener was killed: it stays, and refuses whoever comes. */
async function leaveBehind(socket: string): Promise<void> {
  await rm(socket)
  const listen = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`
  await once(spawn(process.execPath, ['-e', listen, socket]), 'exit')
  expect((await stat(socket)).isSocket()).toBe(true)
}

/** CPU time of the running edge so far; Linux counts it in hundredths of a second. */
async function cpuMs(stateDirectory: string): Promise<number> {
  const info = await askSocket(join(stateDirectory, 'runtime.sock'), 'show info', 5_000)
  const pid = /^Pid: (\d+)$/m.exec(info)?.[1] ?? ''
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  const [user, system] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return (Number(user) + Number(system)) * 10
}
