import { parseHostAddress } from '@towpath/domain/environment/host-address.ts'
import type { SshHost } from '@towpath/domain/environment/host-address.ts'
import { describe, expect, it } from 'vitest'
import {
  displayName,
  forwardArguments,
  knowsSessionType,
  masterArguments,
  offerArguments,
  sshConfig,
  withdrawArguments,
} from './ssh-arguments.ts'

const host = parseHostAddress('ssh://deploy@app.example.com:2222') as SshHost
const configFile = './config'
const alias = parseHostAddress('ssh://prod') as SshHost

describe('how ssh is called', () => {
  it('with the rules that nobody may loosen before what the user configured', () => {
    const lines = sshConfig(['/home/me/.ssh/config', '/etc/ssh/ssh_config']).split('\n')
    const firstInclude = lines.findIndex((line) => line.startsWith('Include'))
    for (const rule of [
      'BatchMode yes',
      'StrictHostKeyChecking yes',
      'NumberOfPasswordPrompts 0',
      'ControlPersist no',
    ]) {
      expect(lines.indexOf(rule)).toBeGreaterThan(-1)
      expect(lines.indexOf(rule)).toBeLessThan(firstInclude)
    }
    expect(lines.filter((line) => line.startsWith('Include'))).toEqual([
      'Include "/home/me/.ssh/config"',
      'Include "/etc/ssh/ssh_config"',
    ])
  })

  it('leaves user and port to OpenSSH where the address has none', () => {
    const args = masterArguments(alias, { configFile, takesSessionType: true })
    expect(args).not.toContain('-l')
    expect(args).not.toContain('-p')
    expect(args.slice(-3)).toEqual(['--', 'prod', 'exec /bin/sh'])
  })

  it('keeps no connection that outlives it', () => {
    expect(masterArguments(host, { configFile, takesSessionType: true }).join(' ')).toContain(
      '-o ControlPersist=no',
    )
  })

  it('leads sockets there and back over the one connection', () => {
    const there = forwardArguments(host, { local: './a.sock', target: { path: '/run/docker.sock' } })
    expect(there.join(' ')).toBe(
      '-F none -S ./control -O forward -L ./a.sock:/run/docker.sock -l deploy -p 2222 -- app.example.com',
    )
    const tcp = forwardArguments(host, { local: './b.sock', target: { host: 'db', port: 5432 } })
    expect(tcp).toContain('./b.sock:[db]:5432')
    const offer = { remote: '/srv/x.sock', local: './c.sock' }
    expect(offerArguments(host, offer).join(' ')).toContain('-O forward -R /srv/x.sock:./c.sock')
    expect(withdrawArguments(host, offer).join(' ')).toContain('-O cancel -R /srv/x.sock:./c.sock')
  })

  it.each([
    ['OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.19', true],
    ['OpenSSH_10.0p2', true],
    ['OpenSSH_8.7p1', true],
    ['OpenSSH_for_Windows_9.5p1, LibreSSL 3.8.2', true],
    ['OpenSSH_8.6p1', false],
    ['OpenSSH_8.4p1 Debian-5+deb11u3', false],
    ['OpenSSH_7.9p1', false],
    ['Another_SSH 12.0', false],
    ['', false],
  ])('tells an older one nothing that it does not know (%s)', (version, takesSessionType) => {
    expect(knowsSessionType(version)).toBe(takesSessionType)
    const words = masterArguments(host, { configFile, takesSessionType }).join(' ')
    for (const option of ['SessionType=', 'ForkAfterAuthentication=', 'StdinNull='])
      expect(words.includes(option)).toBe(takesSessionType)
  })

  it('is named to people as they would type it', () => {
    expect([host, alias].map(displayName)).toEqual(['deploy@app.example.com:2222', 'prod'])
  })
})
