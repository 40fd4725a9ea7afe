import { once } from 'node:events'
import { type Server, type Socket, connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../ports.ts'
import { until } from '../wait.ts'
import { type SocketProxy, startSocketProxy } from './socket-proxy.ts'

describe('a wire that breaks on demand', () => {
  let echo: Server
  let proxy: SocketProxy
  let client: Socket
  let heard = ''
  beforeEach(async () => {
    echo = createServer((socket) => void socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1')
    await once(echo, 'listening')
    const { port } = echo.address() as { port: number }
    const from = { host: '127.0.0.1', port: await freePort() }
    proxy = await startSocketProxy(from, { host: '127.0.0.1', port })
    client = connect(from).on('error', () => {})
    heard = ''
    client.setEncoding('utf8').on('data', (text: string) => (heard += text))
    await once(client, 'connect')
  })
  afterEach(async () => {
    await proxy.heal()
    client.destroy()
    await proxy.close()
    echo.close()
  })

  const hears = async (text: string): Promise<void> => {
    await until(async () => heard === text, { withinMs: 5_000, everyMs: 5, what: `to hear ${text}` })
  }

  it('that is frozen loses nothing and brings everything in order once it is healed', async () => {
    client.write('before ')
    await hears('before ')
    proxy.freeze()
    client.write('during ')
    client.write('after')
    await sleep(50)
    expect(heard).toBe('before ')
    await proxy.heal()
    await hears('before during after')
  })

  it('that is slow is late and in order', async () => {
    proxy.delay(60)
    const sentAt = performance.now()
    client.write('one ')
    client.write('two')
    await hears('one two')
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(60)
  })

  it('that is half closed ends one way and says nothing on it any more', async () => {
    client.write('heard ')
    await hears('heard ')
    const ended = once(client, 'end')
    proxy.halfClose()
    await ended
    expect(heard).toBe('heard ')
  })

  it('that is cut ends what is open and refuses what comes', async () => {
    const closed = once(client, 'close')
    await proxy.cut()
    expect(await closed).toEqual([false])
  })
})
