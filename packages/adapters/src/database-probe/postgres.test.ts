import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { postgresProbe } from './postgres.ts'

const PASSWORD = 'correct-horse-battery'
const probe = postgresProbe()
const open = new Set<Server | Socket>()

/** A server that is no PostgreSQL; gives a URL to it. */
async function urlOf(onConnection: (socket: Socket) => void, parameters = ''): Promise<string> {
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  open.add(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return `postgres://app:${PASSWORD}@127.0.0.1:${port}/app${parameters}`
}

afterEach(() => {
  for (const one of open) {
    if ('listening' in one) one.close()
    else one.destroy()
  }
  open.clear()
})

const whyNot = async (url: string, deadlineMs = 20_000): Promise<string> => {
  const answer = await probe.reach(url, deadlineMs)
  expect(JSON.stringify(answer)).not.toContain(PASSWORD)
  expect(JSON.stringify(answer)).not.toContain('127.0.0.1')
  return answer.reachable ? '' : answer.why
}

describe('postgresProbe', () => {
  it('says that nothing listens', async () => {
    const url = await urlOf(() => {})
    for (const one of open) if ('listening' in one) one.close()
    expect(await whyNot(url)).toBe('nothing listens at that address and port')
  })

  it('says that a host name does not resolve', async () => {
    expect(await whyNot(`postgres://app:${PASSWORD}@no-such-host.invalid/app`)).toMatch(/does not resolve/)
  })

  it('gives up a server that accepts and stays silent, at the deadline', async () => {
    expect(await whyNot(await urlOf(() => {}), 200)).toBe('no answer within 200 ms')
  })

  it('says that the connection was cut', async () => {
    const url = await urlOf((socket) => socket.destroy())
    expect(await whyNot(url)).toBe('the connection was cut, by the server or on the way')
  })

  it('says that something else than PostgreSQL answers', async () => {
    const url = await urlOf((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect(await whyNot(url, 2_000)).not.toBe('')
  })

  it('says that the server has no TLS where the URL wants it', async () => {
    const url = await urlOf((socket) => socket.once('data', () => socket.write('N')), '?sslmode=require')
    expect(await whyNot(url)).toMatch(/TLS/)
  })

  it.each(['', 'mysql://app@db/app', 'postgres://', 'postgres://app:pass word@%%%/app', 'db:5432'])(
    'says that %j is no URL of PostgreSQL, or leads nowhere, and does not throw',
    async (url) => {
      expect(await probe.reach(url, 500)).toMatchObject({ reachable: false })
    },
  )
})
