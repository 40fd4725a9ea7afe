import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { forward } from './forward.ts'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

const serve = (onConnection: (socket: Socket) => void) =>
  new Promise<number>((resolve) => {
    const server = createServer({ allowHalfOpen: true }, onConnection).listen(0, '127.0.0.1', () =>
      resolve((server.address() as AddressInfo).port),
    )
    servers.push(server)
  })

const through = async (targetPort: number) => {
  const route = { listenHost: '127.0.0.1', listenPort: 0, targetHost: '127.0.0.1', targetPort }
  return connect({ port: await forward(route), host: '127.0.0.1', allowHalfOpen: true })
}

test('what one side says, end included, reaches the other, which may still answer', async () => {
  const port = await serve((echo) => echo.pipe(echo))
  const client = await through(port)
  client.end('x'.repeat(200_000))
  expect(await text(client)).toHaveLength(200_000)
})

test('a target that is not there closes the connection', async () => {
  const port = await serve(() => {})
  await new Promise((closed) => servers.pop()?.close(closed))
  const client = await through(port)
  expect(await text(client).catch(() => '')).toBe('')
})
