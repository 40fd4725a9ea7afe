import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HOST_ADDRESS_PATTERN, parseHostAddress } from './host-address.ts'

const written = new RegExp(`^(?:${HOST_ADDRESS_PATTERN})$`)

describe('the address of a host', () => {
  it('on this machine is the path of its engine’s socket', () => {
    expect(parseHostAddress('unix:///run/user/1000/docker.sock')).toEqual({
      way: 'socket',
      socketPath: '/run/user/1000/docker.sock',
    })
  })

  it('over SSH leaves to OpenSSH what it does not say', () => {
    expect(parseHostAddress('ssh://prod')).toEqual({
      way: 'ssh',
      name: 'prod',
      user: null,
      port: null,
      socketPath: '/var/run/docker.sock',
    })
  })

  it('over SSH may name user, port and the engine’s socket', () => {
    expect(parseHostAddress('ssh://deploy@app.example.com:2222/run/user/1000/docker.sock')).toEqual({
      way: 'ssh',
      name: 'app.example.com',
      user: 'deploy',
      port: 2222,
      socketPath: '/run/user/1000/docker.sock',
    })
    expect(parseHostAddress('ssh://deploy@[fd00::1]:22')).toMatchObject({ name: 'fd00::1', port: 22 })
  })

  it.each([
    'ssh://',
    'ssh://-oProxyCommand=evil',
    'ssh://deploy@-oProxyCommand=evil',
    'ssh://-l@prod',
    'ssh://deploy:password@prod',
    'ssh://prod:0',
    'ssh://prod:65536',
    'ssh://prod:22x',
    'ssh://prod /tmp/x',
    'ssh://prod\n',
    'ssh://prod?x=1',
    'ssh://prod/{environment}.sock',
    'ssh://prod/',
    'ssh://[prod]',
    'tcp://prod:2375',
    'unix://relative',
    'http://prod',
    '',
  ])('is not %j', (text) => {
    expect(parseHostAddress(text)).toBeNull()
  })

  it('is never anything that ssh would read as an option, whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (rest) => {
        const address = parseHostAddress(`ssh://${rest}`)
        if (address?.way !== 'ssh') return
        expect(address.name).toMatch(/^[A-Za-z0-9_:]/)
        expect(address.user ?? 'x').toMatch(/^[A-Za-z_]/)
        expect(`${address.name}${address.user ?? ''}${address.socketPath}`).not.toMatch(/\s/)
      }),
    )
  })

  it('that is taken is one that the schema of towpath.yaml takes, too', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9_.@:/[\]-]{0,30}$/)
    fc.assert(
      fc.property(fc.constantFrom('ssh://', 'unix://'), part, (scheme, rest) => {
        const text = scheme + rest
        fc.pre(parseHostAddress(text) !== null)
        expect(text).toMatch(written)
      }),
    )
  })
})
