import { mkdtempSync, rmSync } from 'node:fs'
import { type Server, type Socket, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { askSpare } from './haproxy-socket.ts'
import { type SpareSockets, spareSockets } from './spare-sockets.ts'

describe('a question to an edge behind a link', () => {
  let folder: string
  let path: string
  let server: Server
  let spares: SpareSockets
  /** In the order in which they were opened, with what each was asked. */
  let opened: { socket: Socket; asked: string }[]

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tp-spare-'))
    path = join(folder, 'runtime.sock')
    spares = spareSockets()
    opened = []
    server = createServer({ allowHalfOpen: true }, (socket) => {
      const connection = { socket, asked: '' }
      opened.push(connection)
      socket.on('error', () => {})
      socket.on('data', (chunk: Buffer) => {
        connection.asked += chunk.toString()
        socket.end(`answer ${opened.indexOf(connection)} to ${connection.asked}`)
      })
      socket.on('end', () => socket.end())
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
  })
  afterEach(() => {
    spares.drop()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const ask = (what: string) => askSpare(spares, path, { commands: what, deadlineMs: 2_000 })
  const openedIs = async (count: number): Promise<void> => {
    for (let look = 0; opened.length < count && look < 200; look += 1) await sleep(5)
    expect(opened).toHaveLength(count)
  }

  it('goes over a connection that was open before, each over one of its own', async () => {
    expect(await ask('one')).toBe('answer 0 to one\n')
    for (const [at, what] of ['two', 'three'].entries()) {
      await openedIs(at + 2)
      expect(await ask(what)).toBe(`answer ${at + 1} to ${what}\n`)
    }
    await openedIs(4)
    expect(opened.map(({ asked }) => asked)).toEqual(['one\n', 'two\n', 'three\n', ''])
  })

  it('is asked anew where the other end of the spare one went', async () => {
    await ask('one')
    await openedIs(2)
    opened[1]?.socket.destroy()
    expect(await ask('two')).toMatch(/to two\n$/)
    expect(opened[1]?.asked).toBe('')
  })

  it('goes to whoever listens now, once the spares are dropped', async () => {
    await ask('one')
    await openedIs(2)
    spares.drop()
    expect(await ask('two')).toBe('answer 2 to two\n')
    expect(opened[1]?.asked).toBe('')
  })

  it('fails as before where nobody listens', async () => {
    await expect(
      askSpare(spares, join(folder, 'no.sock'), { commands: 'one', deadlineMs: 500 }),
    ).rejects.toMatchObject({
      code: 'EDGE_UNREACHABLE',
    })
  })
})
