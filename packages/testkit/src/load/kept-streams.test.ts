import { createServer, type Server, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { until } from '../wait.ts'
import { startLoad, type RunningLoad } from './start-load.ts'
import type { LoadSpec } from './load-spec.ts'
import type { StreamTarget } from './stream-spec.ts'

const closers: (() => void)[] = []
const loads: RunningLoad[] = []

afterEach(async () => {
  await Promise.all(loads.splice(0).map((load) => load.abandon()))
  for (const close of closers.splice(0)) close()
})

/** A stream as the server under test holds it. */
interface Held {
  say(): void
  end(): void
  reset(): void
}

type Taken = (stream: Held, nth: number) => void

const retryMs = 50

const heldEvents = (response: ServerResponse): Held => ({
  say: () => response.write('data: {"tick"\ndata: :1}\n\n'),
  end: () => response.end(),
  reset: () => response.socket?.resetAndDestroy(),
})

const heldSocket = (socket: WebSocket, connection: Socket): Held => ({
  say: () => socket.send('hello'),
  end: () => socket.close(1001),
  reset: () => connection.resetAndDestroy(),
})

const listen = async (server: Server): Promise<string> => {
  closers.push(() => {
    server.close()
    server.closeAllConnections()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** Both kinds of stream, every other one by a release of its own; `refuses` says which tries get a 503 instead. */
const serve = async (taken: Taken, refuses: (nth: number) => boolean = () => false) => {
  let tried = 0
  const sockets = new WebSocketServer({ noServer: true })
  const server = createServer((_request, response) => {
    const nth = tried++
    if (refuses(nth)) return response.writeHead(503).end()
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-release': `r${nth % 2}` })
    response.write(`retry: ${retryMs}\n`)
    taken(heldEvents(response), nth)
  })
  server.on('upgrade', (request, connection: Socket, head) => {
    const nth = tried++
    if (refuses(nth)) return connection.end('HTTP/1.1 503 X\r\nconnection: close\r\n\r\n')
    sockets.once('headers', (headers) => headers.push(`x-release: r${nth % 2}`))
    sockets.handleUpgrade(request, connection, head, (socket) => {
      socket.on('message', () => socket.send('heard'))
      closers.push(() => connection.destroy())
      taken(heldSocket(socket, connection), nth)
    })
  })
  return { url: await listen(server), tried: () => tried }
}

const start = async (streams: StreamTarget[], more: Partial<LoadSpec> = {}) => {
  const load = await startLoad({ targets: [], ratePerSecond: 0, connections: 1, streams, ...more })
  loads.push(load)
  const read = async () => (await load.snapshot()).streams[0]!
  return { load, read }
}

describe.each(['sse', 'websocket'] as const)('streams of the kind %s', (kind) => {
  test('stay open, count what they bring by release, and are neither requests nor cuts', async () => {
    const { url, tried } = await serve((stream) => {
      stream.say()
      stream.say()
    })
    const { load, read } = await start([{ url, kind, count: 4 }])
    await until(async () => ((await read()).byRelease['r1']?.events ?? 0) >= 4, { withinMs: 20_000 })
    await until(async () => ((await read()).byRelease['r0']?.events ?? 0) >= 4, { withinMs: 20_000 })
    const report = await load.stop()
    expect(tried()).toBe(4)
    expect(report).toMatchObject({ sent: 0, dropped: 0, connectionsOpened: 0 })
    expect(report.streams).toMatchObject([
      { url, kind, opened: 4, open: 4, cuts: 0, cutsPerStreamMax: 0, reconnectFailed: 0, samples: [] },
    ])
    expect(report.streams[0]?.byRelease).toMatchObject({
      r0: { opened: 2, cuts: 0 },
      r1: { opened: 2, cuts: 0 },
    })
  })

  test.each(['end', 'reset'] as const)('%s: one cut each, named so, and opened again', async (how) => {
    const { url, tried } = await serve((stream, nth) => {
      stream.say()
      if (nth < 3) setTimeout(() => stream[how](), 30)
    })
    const { load, read } = await start([{ url, kind, count: 2 }])
    await until(async () => tried() === 5 && (await read()).open === 2, { withinMs: 20_000 })
    const [report] = (await load.stop()).streams
    expect(report).toMatchObject({ opened: 5, open: 2, cuts: 3, cutsPerStreamMax: 2, reconnectFailed: 0 })
    expect(report?.byRelease).toMatchObject({ r0: { opened: 3, cuts: 2 }, r1: { opened: 2, cuts: 1 } })
    const told = how === 'reset' ? 'ECONNRESET' : { sse: null, websocket: '1001' }[kind]
    expect(report?.samples.map(({ what, fault }) => [what, fault])).toEqual(
      Array.from({ length: 3 }, () => [how === 'end' ? 'ended' : 'reset', told]),
    )
    for (const { openMs } of report?.samples ?? []) expect(openMs).toBeGreaterThan(15)
  })

  test('tries to open them that are refused are counted apart from cuts', async () => {
    const { url, tried } = await serve(
      (stream, nth) => {
        stream.say()
        if (nth === 1) setTimeout(() => stream.reset(), 30)
      },
      (nth) => nth === 0 || nth === 2,
    )
    const { load, read } = await start([{ url, kind, count: 1 }])
    await until(async () => tried() === 4 && (await read()).open === 1, { withinMs: 20_000 })
    const [report] = (await load.stop()).streams
    expect(report).toMatchObject({ opened: 2, cuts: 1, reconnectFailed: 2 })
    expect(report?.samples.map(({ what, fault, release }) => `${what} ${fault} ${release}`)).toEqual([
      'not-opened 503 unknown',
      'reset ECONNRESET r1',
      'not-opened 503 unknown',
    ])
  })

  test('a server that takes the connection and says nothing is one failed try after another', async () => {
    const silent = createTcpServer((socket) => {
      closers.push(() => socket.destroy())
    })
    closers.push(() => silent.close())
    await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening))
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`
    const { load, read } = await start([{ url, kind, count: 1 }], { timeoutMs: 100 })
    await until(async () => (await read()).reconnectFailed >= 2, { withinMs: 20_000 })
    const [report] = (await load.stop()).streams
    expect(report).toMatchObject({ opened: 0, open: 0, cuts: 0 })
    expect(report?.samples[0]).toMatchObject({ what: 'not-opened', fault: 'TIMEOUT' })
  })
})

test('the longest silence is that of the stream that heard nothing for longest, while it lasts and after', async () => {
  let sayAgain = () => {}
  const { url } = await serve((stream, nth) => {
    stream.say()
    if (nth === 0) sayAgain = () => stream.say()
    else closers.push(stopTalking(setInterval(() => stream.say(), 20)))
  })
  const { load, read } = await start([{ url, kind: 'sse', count: 2 }])
  await until(async () => (await read()).open === 2, { withinMs: 20_000 })
  await sleep(600)
  const during = (await read()).longestSilenceMs
  expect(during).toBeGreaterThanOrEqual(590)
  sayAgain()
  await until(
    async () => Object.values((await read()).byRelease).some(({ events, opened }) => events > opened),
    {
      withinMs: 20_000,
    },
  )
  const after = (await load.stop()).streams[0]?.longestSilenceMs ?? 0
  expect(after).toBeGreaterThanOrEqual(during)
})

const stopTalking = (timer: NodeJS.Timeout) => () => clearInterval(timer)

test('streams stay open until the last request of the load has its answer', async () => {
  const { url } = await serve((stream) => stream.say())
  const answered = await listen(
    createServer((_request, response) => {
      setTimeout(() => response.end('late'), 300)
    }),
  )
  const { load, read } = await start([{ url, kind: 'sse', count: 1 }], {
    targets: [{ url: answered }],
    ratePerSecond: 50,
    connections: 20,
  })
  await until(async () => (await read()).open === 1, { withinMs: 20_000 })
  const report = await load.stop()
  expect(report).toMatchObject({ ok: report.sent, dropped: 0, streams: [{ open: 1, cuts: 0 }] })
})
