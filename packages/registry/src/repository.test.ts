import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { imageReference } from '@towpath/domain/release/image-reference.ts'
import { openRepository, type BlobName, type Repository, type RepositoryOptions } from './repository.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, host: string) => void

const servers: Server[] = []
const withCode = (code: string) => expect.objectContaining({ code })
const BYTES = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251))
const digestOf = (bytes: Buffer | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
const blob: BlobName = { digest: digestOf(BYTES), size: BYTES.length }

/** A repository of a server on this machine that answers as told. */
async function serving(answer: Answer, options: Partial<RepositoryOptions> = {}): Promise<Repository> {
  let host = ''
  const server = createServer((request, response) => answer(request, response, host))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return openRepository(imageReference(`${host}/team/app:1`), {
    credentials: null,
    pauseMs: 1,
    ...options,
  })
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

async function bytesOf(repository: Repository, name = blob): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of repository.blob(name)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const startOf = (request: IncomingMessage) =>
  Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)

/** Sends so many bytes of what was asked, then breaks the link. */
function partly(response: ServerResponse, bytes: Buffer, count: number): void {
  response.writeHead(response.req.headers.range === undefined ? 200 : 206, { 'content-length': bytes.length })
  response.write(bytes.subarray(0, count), () => response.destroy())
}

describe('a blob', () => {
  it('comes whole however often the link breaks, and from where it broke', async () => {
    const breaks = fc.array(fc.integer({ min: 1, max: 999 }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(breaks, async (counts) => {
        const left = [...counts]
        const repository = await serving((request, response) => {
          const rest = BYTES.subarray(startOf(request))
          const count = left.shift()
          if (count === undefined || count >= rest.length)
            response.writeHead(request.headers.range === undefined ? 200 : 206).end(rest)
          else partly(response, rest, count)
        })
        expect(await bytesOf(repository)).toEqual(BYTES)
      }),
      { numRuns: 20 },
    )
  })

  it('comes whole from a registry that knows no ranges', async () => {
    let isFirst = true
    const repository = await serving((_, response) => {
      if (isFirst) partly(response, BYTES, 400)
      else response.end(BYTES)
      isFirst = false
    })
    expect(await bytesOf(repository)).toEqual(BYTES)
  })

  it('that never comes to its end is given up', async () => {
    let asked = 0
    const repository = await serving((_, response) => {
      asked += 1
      response.writeHead(200, { 'content-length': 1000 }).flushHeaders()
      response.destroy()
    })
    await expect(bytesOf(repository)).rejects.toThrow(withCode('REGISTRY_UNREACHABLE'))
    expect(asked).toBe(4)
  })

  it('that stands still is given up', async () => {
    const repository = await serving((_, response) => response.writeHead(200).flushHeaders(), { stallMs: 20 })
    await expect(bytesOf(repository)).rejects.toThrow('nothing came for 0.02 s')
  })

  it('is not waited for past the deadline of all questions', async () => {
    const repository = await serving(() => undefined, { deadlineMs: 20 })
    await expect(bytesOf(repository)).rejects.toThrow(withCode('REGISTRY_UNREACHABLE'))
  })

  it('with more bytes than its manifest says is refused', async () => {
    const repository = await serving((_, response) => response.end(BYTES))
    await expect(bytesOf(repository, { ...blob, size: 999 })).rejects.toThrow('more than its 999 bytes')
  })

  it('that a registry has not is told as its fault', async () => {
    const repository = await serving((_, response) => response.writeHead(404).end())
    await expect(bytesOf(repository)).rejects.toThrow('status 404 for the blob')
  })
})

describe('a manifest', () => {
  it('has the digest of its bytes, and is null where there is none', async () => {
    const repository = await serving((request, response) =>
      request.url === '/v2/team/app/manifests/1' ? response.end('{}') : response.writeHead(404).end(),
    )
    expect(await repository.manifest('1')).toMatchObject({ digest: digestOf('{}') })
    expect(await repository.manifest('2')).toBeNull()
  })

  it('under a digest that is not its own is refused, whoever names it', async () => {
    const named = await serving((_, response) =>
      response.writeHead(200, { 'docker-content-digest': digestOf('[]') }).end('{}'),
    )
    await expect(named.manifest('1')).rejects.toThrow(withCode('REGISTRY_ANSWER_UNREADABLE'))
    const asked = await serving((_, response) => response.end('{}'))
    await expect(asked.manifest(digestOf('[]'))).rejects.toThrow(withCode('REGISTRY_ANSWER_UNREADABLE'))
  })
})

describe('a token', () => {
  const credentials = { username: 'ci', password: 'pass-phrase' }

  it('is asked for once for all questions, and again when it is over', async () => {
    let tokens = 0
    const repository = await serving(
      (request, response, host) => {
        if (request.url?.startsWith('/token') === true) {
          tokens += 1
          return response.end(JSON.stringify({ token: `t${tokens}` }))
        }
        if (request.headers.authorization === `Bearer t${Math.max(1, tokens)}`) return response.end(BYTES)
        return response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token"` }).end()
      },
      { credentials },
    )
    await bytesOf(repository)
    await bytesOf(repository)
    expect(tokens).toBe(1)
    tokens = 2
    await bytesOf(repository)
    expect(tokens).toBe(3)
  })
})
