import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { healthy, openExampleContainers } from './example-containers.ts'
import type { ExampleContainer, ExampleContainers } from './example-containers.ts'
import { monotonicNowMs } from './load/load-spec.ts'
import { startLoad } from './load/start-load.ts'
import { until } from './wait.ts'

let example: ExampleContainers

beforeAll(async () => {
  example = await openExampleContainers()
})
afterEach(() => example.removeAll())
afterAll(() => example.close())

const startStreams = (address: string) =>
  startLoad({
    targets: [],
    ratePerSecond: 0,
    connections: 1,
    streams: [
      { url: `http://${address}:4000/events`, kind: 'sse', count: 2 },
      { url: `http://${address}:4000/socket`, kind: 'websocket', count: 2 },
    ],
  })

const stats = async (app: ExampleContainer) =>
  (await (await app.get('/stats')).json()) as { inFlight: number; streams: { open: number } }

const openStreams = async (app: ExampleContainer) => (await stats(app)).streams.open

test('a release that is told to stop ends its streams last and in order, and counts them apart', async () => {
  const app = await example.started('good')
  await healthy(app)
  const load = await startStreams(app.address)
  await until(async () => (await openStreams(app)) === 4, { withinMs: 10_000 })
  const answeredAtMs = app.get('/slow?ms=1500').then(() => monotonicNowMs())
  await until(async () => (await stats(app)).inFlight === 1, { withinMs: 10_000 })
  await app.stop(10)
  const { streams } = await load.stop()
  const cuts = streams.flatMap(({ samples }) => samples.filter(({ what }) => what !== 'not-opened'))
  expect(cuts.map(({ what, fault }) => `${what} ${fault}`).toSorted()).toEqual([
    'ended 1001',
    'ended 1001',
    'ended null',
    'ended null',
  ])
  // The two clocks are one, but what ends at once is not heard at once.
  for (const { atMs } of cuts) expect(atMs).toBeGreaterThan((await answeredAtMs) - 100)
  expect(await app.exit()).toBe(0)
  expect(await app.lastCounts()).toMatchObject({ received: 1, aborted: 0, streams: { opened: 4, open: 0 } })
})

test('the socket says which release it is, repeats what it is told, answers a ping and closes when asked', async () => {
  const app = await example.started('good')
  await healthy(app)
  const socket = new WebSocket(`ws://${app.address}:4000/socket`)
  const heard: string[] = []
  socket.on('message', (data: Buffer) => heard.push(data.toString()))
  await once(socket, 'open')
  socket.send('over here')
  socket.ping('still there')
  const [pong] = (await once(socket, 'pong')) as [Buffer]
  socket.close(1000)
  const [code] = await once(socket, 'close')
  expect([pong.toString(), code, heard]).toEqual([
    'still there',
    1000,
    [expect.stringContaining('"release":"1.'), 'over here'],
  ])
  await until(async () => (await openStreams(app)) === 0, { withinMs: 10_000 })
  const elsewhere = new WebSocket(`ws://${app.address}:4000/`)
  const [plainAnswer] = (await once(elsewhere, 'error')) as [Error]
  expect(plainAnswer.message).toMatch(/Unexpected server response: 200/)
})

test('a release that fails every request fails neither smoke checks nor streams', async () => {
  const app = await example.started('errors:1')
  await healthy(app)
  const load = await startStreams(app.address)
  await until(async () => (await openStreams(app)) === 4, { withinMs: 10_000 })
  const smoke = await fetch(`http://${app.address}:4000/`, { headers: { 'user-agent': 'towpath-probe' } })
  expect([smoke.status, (await app.get('/')).status]).toEqual([200, 500])
  const { streams } = await load.stop()
  expect(streams.map(({ opened, cuts }) => [opened, cuts])).toEqual([
    [2, 0],
    [2, 0],
  ])
})
