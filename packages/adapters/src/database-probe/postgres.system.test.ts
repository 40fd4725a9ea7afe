import { startManagedPostgres, type ManagedPostgres } from '@towpath/testkit/postgres.ts'
import { freePort } from '@towpath/testkit/ports.ts'
import { type SshTestHost, mayStartSshHost, startSshHost } from '@towpath/testkit/ssh-host.ts'
import type { Log } from '@towpath/app/ports/log.ts'
import { type SshHost, parseHostAddress } from '@towpath/domain/environment/host-address.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SshHosts, sshHosts } from '../host/ssh/ssh-hosts.ts'
import { databaseProbeContract } from './contract.ts'
import { postgresProbe } from './postgres.ts'

let folder: string
let server: ManagedPostgres
let url: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towpath-probe-'))
  server = await startManagedPostgres(join(folder, 'data'))
  url = (await server.ensureDatabase('probe')).url
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

const changed = (change: Partial<URL>): string => Object.assign(new URL(url), change).href

databaseProbeContract(async () => ({
  probe: postgresProbe(),
  url,
  deadUrl: changed({ port: String(await freePort()) }),
}))

describe.runIf(mayStartSshHost)('asked from a host over SSH', () => {
  let host: SshTestHost
  let hosts: SshHosts
  beforeAll(async () => {
    host = await startSshHost({ engineSocket: '/run/no.sock' })
    const redact = (text: string) => text
    hosts = await sshHosts({ folder: join(folder, 'ssh'), configFile: host.configFile, log: noLog, redact })
  })
  afterAll(async () => {
    await hosts.close()
    await host.close()
  })

  databaseProbeContract(async () => {
    const link = hosts.linkTo(parseHostAddress(host.address) as SshHost)
    return {
      probe: postgresProbe({ wayTo: (place) => link.forward(place) }),
      url,
      deadUrl: changed({ port: String(await freePort()) }),
    }
  })
})

const noLog: Log = { info: () => {}, warn: () => {}, error: () => {} }

describe('postgresProbe on PostgreSQL', () => {
  const whyNot = async (wrong: string) => {
    const answer = await postgresProbe().reach(wrong, 20_000)
    return answer.reachable ? null : answer.why
  }

  it('tells a wrong password, a wrong user and a wrong database apart from silence', async () => {
    expect(await whyNot(changed({ password: 'wrong' }))).toBe('the server refuses the user or the password')
    expect(await whyNot(changed({ username: 'nobody' }))).toBe('the server refuses the user or the password')
    expect(await whyNot(changed({ pathname: '/nothing' }))).toBe('the server has no database by that name')
  })

  it('leaves no connection behind', async () => {
    const probe = postgresProbe()
    for (let round = 0; round < 150; round += 1) {
      expect(await probe.reach(url, 20_000)).toMatchObject({ reachable: true })
    }
  })
})
