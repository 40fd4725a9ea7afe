import { freePort } from '@towpath/testkit/ports.ts'
import { type SshTestHost, mayStartSshHost, startSshHost } from '@towpath/testkit/ssh-host.ts'
import { type SshHost, parseHostAddress } from '@towpath/domain/environment/host-address.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, type Server, type Socket, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SshHosts, sshHosts } from '../host/ssh/ssh-hosts.ts'
import { httpProbeContract } from './contract.ts'
import { httpProbe } from './http-probe.ts'

describe.runIf(mayStartSshHost)('asked from a host over SSH', () => {
  const held = new Set<Socket>()
  let folder: string
  let host: SshTestHost
  let hosts: SshHosts
  let service: Server
  let silent: Server
  const portOf = (server: Server): number => (server.address() as AddressInfo).port
  const listening = async (server: Server): Promise<Server> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return server
  }
  const probeOverLink = () => {
    return httpProbe({ link: hosts.linkTo(parseHostAddress(host.address) as SshHost) })
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tp-http-'))
    host = await startSshHost({ engineSocket: '/run/no.sock' })
    const log = { info: () => {}, warn: () => {}, error: () => {} }
    const redact = (text: string) => text
    hosts = await sshHosts({ folder: join(folder, 'ssh'), configFile: host.configFile, log, redact })
    service = await listening(
      createServer((request, response) => {
        response.writeHead(request.url === '/health' ? 204 : 500)
        response.end(request.url === '/health' ? undefined : 'no')
      }),
    )
    silent = await listening(createTcpServer((socket) => held.add(socket)))
  })
  afterAll(async () => {
    await hosts.close()
    await host.close()
    for (const socket of held) socket.destroy()
    service.close()
    silent.close()
    await rm(folder, { recursive: true, force: true })
  })

  httpProbeContract(async () => ({
    probe: probeOverLink(),
    port: portOf(service),
    deadPort: await freePort(),
    silentPort: portOf(silent),
  }))

  it('a link that is cut says nothing of the service', async () => {
    await host.wire.cut()
    const answer = await probeOverLink().ask({
      ...{ address: '127.0.0.1', port: portOf(service), method: 'GET', path: '/health' },
      ...{ headers: {}, timeoutMs: 2_000 },
    })
    expect(answer).toMatchObject({ status: null, edgeDown: true, isHeard: false })
    await host.wire.heal()
  })
})
