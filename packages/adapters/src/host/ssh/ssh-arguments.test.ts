import { parseHostAddress } from '@towpath/domain/environment/host-address.ts'
import type { SshHost } from '@towpath/domain/environment/host-address.ts'
import { describe, expect, it } from 'vitest'
import { displayName, forwardArguments, masterArguments, offerArguments, sshConfig } from './ssh-arguments.ts'

const host = parseHostAddress('ssh://deploy@app.example.com:2222') as SshHost
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
    const args = masterArguments(alias, './config')
    expect(args).not.toContain('-l')
    expect(args).not.toContain('-p')
    expect(args.slice(-3)).toEqual(['--', 'prod', 'exec /bin/sh'])
  })

  it('keeps no connection that outlives it', () => {
    expect(masterArguments(host, './config').join(' ')).toContain('-o ControlPersist=no')
  })

  it('leads sockets there and back over the one connection', () => {
    const configFile = './config'
    const there = forwardArguments(host, {
      configFile,
      local: './a.sock',
      target: { path: '/run/docker.sock' },
    })
    expect(there.join(' ')).toBe(
      '-F ./config -S ./control -O forward -L ./a.sock:/run/docker.sock -l deploy -p 2222 -- app.example.com',
    )
    const tcp = forwardArguments(host, { configFile, local: './b.sock', target: { host: 'db', port: 5432 } })
    expect(tcp).toContain('./b.sock:[db]:5432')
    const back = offerArguments(host, { configFile, remote: '/srv/x.sock', local: './c.sock' })
    expect(back).toContain('/srv/x.sock:./c.sock')
  })

  it('is named to people as they would type it', () => {
    expect([host, alias].map(displayName)).toEqual(['deploy@app.example.com:2222', 'prod'])
  })
})
