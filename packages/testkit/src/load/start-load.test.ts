import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { until } from '../wait.ts'
import { startLoad, type RunningLoad } from './start-load.ts'

const servers: Server[] = []
const loads: RunningLoad[] = []

afterEach(async () => {
  await Promise.all(loads.splice(0).map((load) => load.abandon()))
  for (const server of servers.splice(0)) server.close()
})

const head = (status: number, rest: string) => `HTTP/1.1 ${status} X\r\nx-release: r${status}\r\n${rest}\r\n`

/** What the server can do to a request; each counts as the outcome that its name starts with. */
const acts: Record<string, (socket: Socket) => void> = {
  'ok, with a length': (socket) => socket.write(`${head(200, 'content-length: 2\r\n')}hi`),
  'ok, in two pieces': (socket) => {
    socket.write(`${head(200, 'transfer-encoding: chunked\r\n')}2\r\nhi`)
    setTimeout(() => socket.write('\r\n0\r\n\r\n'), 3)
  },
  'ok, a redirect': (socket) => socket.write(head(302, 'content-length: 0\r\n')),
  'ok, then closed as announced': (socket) =>
    socket.end(`${head(200, 'connection: close\r\ncontent-length: 2\r\n')}hi`),
  'failed, server error': (socket) => socket.write(`${head(500, 'content-length: 3\r\n')}bad`),
  'failed, not found': (socket) => socket.write(head(404, 'content-length: 0\r\n')),
  'dropped, closed unanswered': (socket) => socket.end(),
  'dropped, reset unanswered': (socket) => socket.resetAndDestroy(),
  'dropped, body cut off': (socket) => socket.end(`${head(200, 'content-length: 20\r\n')}hi`),
  'dropped, chunks cut off': (socket) => socket.end(`${head(200, 'transfer-encoding: chunked\r\n')}5\r\nhel`),
  'dropped, head cut off': (socket) => socket.end('HTTP/1.1 200 OK\r\nx-rel'),
}

const serve = async (act: (socket: Socket, nth: number) => void) => {
  let received = 0
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      for (const _ of chunk.toString().matchAll(/\r\n\r\n/g)) act(socket, received++)
    })
  })
  servers.push(server)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, received: () => received }
}

const start = async (...spec: Parameters<typeof startLoad>) => {
  const load = await startLoad(...spec)
  loads.push(load)
  return load
}

test('every request is counted once, as what the server did to it', async () => {
  const names = Object.keys(acts)
  const done = { ok: 0, failed: 0, dropped: 0 }
  const { url, received } = await serve((socket, nth) => {
    const name = names[nth % names.length]!
    done[name.split(',')[0] as keyof typeof done] += 1
    acts[name]!(socket)
  })
  const load = await start({ targets: [{ url }], ratePerSecond: 600, connections: 16 })
  await until(() => received() > 400, { withinMs: 20_000 })
  const report = await load.stop()

  expect({ ok: report.ok, failed: report.failed, dropped: report.dropped }).toEqual(done)
  expect(report).toMatchObject({ sent: received(), inFlight: 0 })
  expect(report.byRelease['r500']).toMatchObject({
    failed: report.byRelease['r500']?.byStatus['500'],
    ok: 0,
    dropped: 0,
  })
  const kinds = new Set(report.samples.map(({ fault, status }) => fault ?? status))
  expect([...kinds].map(String).toSorted()).toEqual(['404', '500', 'CLOSED', 'ECONNRESET', 'TRUNCATED'])
})

test('a keep-alive connection closed under a request shows as a drop on a used connection', async () => {
  const answered = new WeakSet<Socket>()
  const { url, received } = await serve((socket) => {
    if (answered.has(socket)) return socket.end()
    answered.add(socket)
    socket.write(`${head(200, 'content-length: 2\r\n')}hi`)
  })
  const load = await start({ targets: [{ url }], ratePerSecond: 100, connections: 1 })
  await until(() => received() >= 20, { withinMs: 20_000 })
  const report = await load.stop()
  expect(Math.abs(report.ok - report.dropped)).toBeLessThanOrEqual(1)
  expect(report.samples.every(({ reused, fault }) => reused && fault === 'CLOSED')).toBe(true)
})

test('an idle connection that the server closes costs no request', async () => {
  const { url, received } = await serve((socket) => {
    socket.write(`${head(200, 'content-length: 2\r\n')}hi`)
    setTimeout(() => socket.end(), 5)
  })
  const load = await start({ targets: [{ url }], ratePerSecond: 10, connections: 4 })
  await until(() => received() >= 6, { withinMs: 20_000 })
  expect(await load.stop()).toMatchObject({ dropped: 0, failed: 0, sent: received() })
})

test('nobody listening is a drop for each request, and a gap for as long as it lasts', async () => {
  const { url } = await serve(() => {})
  const server = servers.pop()!
  await new Promise((closed) => server.close(closed))
  const load = await start({ targets: [{ url }], ratePerSecond: 200, connections: 4 })
  await until(async () => (await load.snapshot()).sent > 20, { withinMs: 20_000 })
  const report = await load.stop()
  expect(report).toMatchObject({ dropped: report.sent, ok: 0 })
  expect(report.longestGap.fromMs).toBe(report.startedAtMs)
  expect(report.longestGap.ms).toBeGreaterThan(50)
  expect(report.samples[0]).toMatchObject({ fault: 'ECONNREFUSED', release: 'unknown', reused: false })
})

test('a request that is never answered is dropped when its time is over, also one that still waits in line', async () => {
  const { url } = await serve(() => {})
  const load = await start({ targets: [{ url }], ratePerSecond: 100, connections: 1, timeoutMs: 200 })
  await until(async () => (await load.snapshot()).dropped > 5, { withinMs: 20_000 })
  const report = await load.stop()
  expect(report).toMatchObject({ dropped: report.sent, inFlight: 0 })
  expect(new Set(report.samples.map(({ fault }) => fault))).toEqual(new Set(['TIMEOUT']))
})

test('a request that waits in line for all of its time while others are answered is unsent, and nobody lost it', async () => {
  const { url, received } = await serve((socket) => {
    setTimeout(() => socket.write(`${head(200, 'content-length: 2\r\n')}hi`), 50)
  })
  const load = await start({ targets: [{ url }], ratePerSecond: 200, connections: 1, timeoutMs: 400 })
  await until(async () => (await load.snapshot()).unsent > 20, { withinMs: 20_000 })
  const report = await load.stop()
  expect(report).toMatchObject({ dropped: 0, failed: 0, ok: received() })
  expect(report.sent).toBe(report.ok + report.unsent + report.inFlight)
})

test('slow requests neither hold up the paced ones nor weigh on their latency', async () => {
  const { url } = await serve((socket, nth) => {
    const answer = () => socket.write(`${head(200, 'content-length: 2\r\n')}hi`)
    // The first request of all is a paced one, the second a slow one; both kinds come on connections of their own.
    if (nth === 1) setTimeout(answer, 300)
    else answer()
  })
  const load = await start({
    targets: [{ url }],
    ratePerSecond: 100,
    connections: 1,
    slow: { url: `${url}slow`, everyMs: 60_000 },
  })
  await until(async () => (await load.snapshot()).slow.ok === 1, { withinMs: 20_000 })
  const report = await load.stop()
  expect(report.slow).toEqual({ sent: 1, ok: 1, failed: 0, dropped: 0 })
  expect(report).toMatchObject({ ok: report.sent, dropped: 0 })
})
