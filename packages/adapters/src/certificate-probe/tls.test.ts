import { judgeCertificate } from '@towpath/domain/certificate/judge-certificate.ts'
import { makeAuthority } from '@towpath/testkit/certificates.ts'
import type { MadeCertificate } from '@towpath/testkit/certificates.ts'
import { createServer as createPlainServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createSecureContext, createServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { tlsProbe } from './tls.ts'

const dayMs = 86_400_000
const open: Server[] = []
const sockets = new Set<Socket>()

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function portOf(server: Server): Promise<number> {
  open.push(server)
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Shows a certificate, or by the name that is asked for one of several. */
async function serve(shown: MadeCertificate, byName: Record<string, MadeCertificate> = {}): Promise<number> {
  const contextOf = ({ fullchain, key }: MadeCertificate) => createSecureContext({ cert: fullchain, key })
  const server = createServer({
    ...{ cert: shown.fullchain, key: shown.key },
    SNICallback: (name, done) => done(null, contextOf(byName[name] ?? shown)),
  })
  server.on('tlsClientError', () => {})
  return await portOf(server)
}

const look = (port: number, name = 'good.example') =>
  tlsProbe().served({ host: '127.0.0.1', port, name }, 20_000)
const verdictOf = async (port: number, name = 'good.example') =>
  judgeCertificate(await look(port, name), { name, now: new Date().toISOString() })

const good = { names: ['good.example', '*.star.example'], untilMs: 60 * dayMs, fromMs: -30 * dayMs }

describe('what a server shows for a name', () => {
  it('is told with its names, times and authority', async () => {
    const authority = await makeAuthority()
    const seen = await look(await serve(await authority.issue(good)))
    expect(seen).toMatchObject({ names: good.names, issuer: 'Test Authority' })
    expect(Date.parse(seen.notAfter) - Date.parse(seen.notBefore)).toBe(90 * dayMs)
    expect(seen.fingerprint).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)
  })

  it('is what that name has, where a server has several', async () => {
    const authority = await makeAuthority()
    const [first, other] = [await authority.issue(good), await authority.issue({ names: ['other.example'] })]
    const port = await serve(first, { 'other.example': other })
    expect((await look(port, 'other.example')).names).toEqual(['other.example'])
    expect((await look(port, 'good.example')).names).toEqual(good.names)
  })

  it('that ran out or has not begun is told by its own dates, whoever signed it', async () => {
    const authority = await makeAuthority()
    const old = await serve(await authority.issue({ ...good, untilMs: -2 * dayMs }))
    expect((await verdictOf(old)).says).toMatch(/^ran out on .*, 2 days ago/)
    const early = await serve(await authority.issue({ ...good, fromMs: dayMs }))
    expect((await verdictOf(early)).says).toMatch(/^is not valid before /)
  })

  it('that vouches for itself, has no links to its authority, or an authority of its own is told apart', async () => {
    const root = await makeAuthority()
    const between = await root.issue({ names: [] })
    const leaf = await between.issue(good)
    const faultOf = async (shown: MadeCertificate) => (await look(await serve(shown))).chain?.fault
    expect(await faultOf(await makeAuthority(good))).toBe('self-signed')
    expect(await faultOf({ ...leaf, fullchain: leaf.cert })).toBe('incomplete')
    expect(await faultOf(leaf)).toBe('untrusted')
    expect(await faultOf({ ...leaf, fullchain: leaf.fullchain + root.cert })).toBe('untrusted')
  })

  it('a link of its chain that ran out is the chain’s, not its own', async () => {
    const root = await makeAuthority({ names: [], fromMs: -2 * dayMs, untilMs: -dayMs })
    const leaf = await root.issue(good)
    expect((await look(await serve({ ...leaf, fullchain: leaf.fullchain + root.cert }))).chain).not.toBeNull()
  })
})

describe('where no certificate comes', () => {
  const why = (port: number, deadlineMs = 20_000) =>
    tlsProbe()
      .served({ host: '127.0.0.1', port, name: 'good.example' }, deadlineMs)
      .then(
        () => '',
        (error: Error) => error.message,
      )

  it('nothing listening, another protocol and silence each have words', async () => {
    const gone = await portOf(createPlainServer())
    await new Promise((resolve) => open.pop()?.close(resolve))
    expect(await why(gone)).toBe('nothing listens at that address and port')
    const plain = createPlainServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect(await why(await portOf(plain))).toMatch(/^it does not agree on TLS/)
    const mute = createPlainServer((socket) => socket.on('error', () => {}))
    expect(await why(await portOf(mute), 200)).toBe('no answer within 0.2 s')
  })
})
