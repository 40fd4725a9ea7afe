import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ociRegistry } from './oci.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, host: string) => void

const servers: Server[] = []
const registry = ociRegistry()
const impatient = ociRegistry({ deadlineMs: 300 })
const account = { username: 'deploy', password: 'registry-pass-phrase' }
const BASIC = `Basic ${Buffer.from('deploy:registry-pass-phrase').toString('base64')}`
const DIGEST = `sha256:${'ab'.repeat(32)}`
const withCode = (code: string, retryable = false) => expect.objectContaining({ code, retryable })

/** A server on this machine that answers as told; gives its `host:port`. */
async function serving(answer: Answer): Promise<string> {
  let host = ''
  const server = createServer((request, response) => answer(request, response, host))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return host
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

const found = (response: ServerResponse) => response.writeHead(200, { 'docker-content-digest': DIGEST }).end()

describe('a registry with tokens', () => {
  const withTokens = (seen: string[]): Answer => {
    return (request, response, host) => {
      const { pathname, searchParams } = new URL(request.url ?? '', `http://${host}`)
      if (pathname === '/token') {
        seen.push(
          `${searchParams.get('service')} ${searchParams.get('scope')} ${request.headers.authorization ?? ''}`,
        )
        const isKnown = request.headers.authorization === BASIC
        return response.writeHead(isKnown ? 200 : 401).end(isKnown ? '{"access_token":"t0ken"}' : '{}')
      }
      if (request.headers.authorization === 'Bearer t0ken') return found(response)
      const challenge = `Bearer realm="http://${host}/token",service="r.example",scope="repository:team/app:pull"`
      return response.writeHead(401, { 'www-authenticate': challenge }).end()
    }
  }

  it('gets a token from the realm with the account, for the scope that was named', async () => {
    const seen: string[] = []
    const host = await serving(withTokens(seen))
    expect(await registry.digestOf(`${host}/team/app:1`, account)).toBe(DIGEST)
    expect(seen).toEqual([`r.example repository:team/app:pull ${BASIC}`])
  })

  it('says unauthorized for a wrong account, and repeats no password', async () => {
    const host = await serving(withTokens([]))
    const wrong = registry.digestOf(`${host}/team/app:1`, { ...account, password: 'wrong-pass-phrase' })
    await expect(wrong).rejects.toThrow(withCode('REGISTRY_UNAUTHORIZED'))
    await expect(wrong).rejects.not.toThrow('wrong-pass-phrase')
  })

  it('gives the account to no unencrypted realm elsewhere', async () => {
    const host = await serving((_, response) =>
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://collector.example/token"' }).end(),
    )
    await expect(registry.digestOf(`${host}/team/app:1`, account)).rejects.toThrow(
      withCode('REGISTRY_ANSWER_UNREADABLE'),
    )
  })
})

describe('redirects', () => {
  it('are followed, and credentials stay with the host they were meant for', async () => {
    const seen: (string | undefined)[] = []
    const elsewhere = await serving((request, response) => {
      seen.push(request.headers.authorization)
      found(response)
    })
    const host = await serving((request, response) =>
      request.headers.authorization === BASIC
        ? response.writeHead(307, { location: `http://${elsewhere}${request.url}` }).end()
        : response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end(),
    )
    expect(await registry.digestOf(`${host}/team/app:1`, account)).toBe(DIGEST)
    expect(seen).toEqual([undefined])
  })

  it('end', async () => {
    const host = await serving((request, response) =>
      response.writeHead(302, { location: request.url }).end(),
    )
    await expect(registry.digestOf(`${host}/team/app:1`, null)).rejects.toThrow(
      withCode('REGISTRY_ANSWER_UNREADABLE'),
    )
  })

  it('lead to no unencrypted address elsewhere', async () => {
    const host = await serving((_, response) =>
      response.writeHead(302, { location: 'http://x.example/' }).end(),
    )
    await expect(registry.digestOf(`${host}/team/app:1`, null)).rejects.toThrow(
      withCode('REGISTRY_ANSWER_UNREADABLE'),
    )
  })
})

describe('a registry in trouble', () => {
  it.each([429, 500, 503])('status %i is worth another try', async (status) => {
    const host = await serving((_, response) => response.writeHead(status).end())
    await expect(registry.digestOf(`${host}/team/app:1`, null)).rejects.toThrow(
      withCode('REGISTRY_UNREACHABLE', true),
    )
  })

  it('nobody there is worth another try', async () => {
    const host = await serving(() => {})
    servers.pop()?.close()
    await expect(registry.digestOf(`${host}/team/app:1`, null)).rejects.toThrow(
      withCode('REGISTRY_UNREACHABLE', true),
    )
  })

  it('silence is given up at the deadline, before the answer or in the middle of it', async () => {
    const silent = await serving(() => {})
    await expect(impatient.digestOf(`${silent}/team/app:1`, null)).rejects.toThrow(
      withCode('REGISTRY_UNREACHABLE', true),
    )
    const half = await serving((_, response) => response.writeHead(200).write('{"tags":'))
    const tags = impatient.tagsOf(`${half}/team/app`, { credentials: null, limit: 1 })
    await expect(tags).rejects.toThrow(withCode('REGISTRY_UNREACHABLE', true))
  })

  it('a page of another kind of server is told from an answer', async () => {
    const host = await serving((_, response) => response.writeHead(200).end('<html>'))
    const tags = registry.tagsOf(`${host}/team/app`, { credentials: null, limit: 1 })
    await expect(tags).rejects.toThrow(withCode('REGISTRY_ANSWER_UNREADABLE'))
  })

  it('an endless answer is cut off', async () => {
    const host = await serving((_, response) => {
      const chunk = Buffer.alloc(64 * 1024, ' ')
      const write = () => {
        while (response.write(chunk));
      }
      response.on('drain', write)
      write()
    })
    const tags = ociRegistry().tagsOf(`${host}/team/app`, { credentials: null, limit: 1 })
    await expect(tags).rejects.toThrow(withCode('REGISTRY_ANSWER_UNREADABLE'))
  })

  it('a digest other than the one asked for is refused', async () => {
    const host = await serving((_, response) => found(response))
    await expect(registry.digestOf(`${host}/team/app@sha256:${'0'.repeat(64)}`, null)).rejects.toThrow(
      withCode('REGISTRY_ANSWER_UNREADABLE'),
    )
  })
})

describe('a registry that names no digest', () => {
  it('has it computed over the manifest as it came', async () => {
    const manifest = '{"schemaVersion":2}'
    const host = await serving((request, response) =>
      request.method === 'HEAD' ? response.writeHead(405).end() : response.end(manifest),
    )
    const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`
    expect(await registry.digestOf(`${host}/team/app:1`, null)).toBe(digest)
  })
})

describe('tags over several pages', () => {
  it('are read to the end, always from the registry itself', async () => {
    const host = await serving((request, response) => {
      const last = new URL(request.url ?? '', 'http://r').searchParams.get('last')
      const next =
        last === null ? { link: '<http://collector.example/v2/x/tags/list?last=b&n=2>; rel="next"' } : {}
      response.writeHead(200, next).end(JSON.stringify({ tags: last === null ? ['1', '2'] : ['3'] }))
    })
    expect(await registry.tagsOf(`${host}/team/app`, { credentials: null, limit: 9 })).toEqual([
      '3',
      '2',
      '1',
    ])
  })

  it('end, also where the registry never does', async () => {
    let pages = 0
    const host = await serving((_, response) => {
      pages += 1
      response.writeHead(200, { link: `<?last=${pages}>; rel="next"` }).end(`{"tags":["${pages}"]}`)
    })
    const endless = ociRegistry().tagsOf(`${host}/team/app`, { credentials: null, limit: 1 })
    expect(await endless).toEqual(['20'])
  })
})
