import { freePort } from '@towpath/testkit/ports.ts'
import { createServer } from 'node:http'
import { type AddressInfo, type Server, type Socket, createServer as createTcpServer } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { httpProbeContract } from './contract.ts'
import { fakeHttpProbe } from './fake.ts'
import { httpProbe } from './http-probe.ts'

const held = new Set<Socket>()
let service: Server
let silent: Server

const listening = async (server: Server): Promise<Server> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
const portOf = (server: Server): number => (server.address() as AddressInfo).port

beforeAll(async () => {
  service = await listening(
    createServer((request, response) => {
      response.writeHead(request.url === '/health' ? 204 : 500)
      response.end(request.url === '/health' ? undefined : 'no')
    }),
  )
  silent = await listening(createTcpServer((socket) => held.add(socket)))
})
afterAll(() => {
  for (const socket of held) socket.destroy()
  service.close()
  silent.close()
})

httpProbeContract(async () => ({
  probe: httpProbe(),
  port: portOf(service),
  deadPort: await freePort(),
  silentPort: portOf(silent),
}))

httpProbeContract(async () => ({
  probe: fakeHttpProbe(({ port, path }) => {
    if (port === 2) return { status: null, fault: 'nothing listens' }
    if (port === 3) return { status: null, fault: 'no complete answer within 400 ms', isHeard: false }
    return path === '/health' ? { status: 204 } : { status: 500, body: 'no' }
  }),
  ...{ port: 1, deadPort: 2, silentPort: 3 },
}))

it('a host that cannot be reached says nothing of the service', async () => {
  const probe = httpProbe({
    link: { forward: async () => '/nowhere/no.sock', answersWithin: async () => true },
  })
  const answer = await probe.ask({
    ...{ address: '10.0.0.1', port: 80, method: 'GET', path: '/', headers: {}, timeoutMs: 400 },
  })
  expect(answer).toMatchObject({ status: null, edgeDown: true, isHeard: false })
})
