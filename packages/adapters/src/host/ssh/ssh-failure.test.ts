import { parseHostAddress } from '@towpath/domain/environment/host-address.ts'
import type { SshHost } from '@towpath/domain/environment/host-address.ts'
import { describe, expect, it } from 'vitest'
import { commandFailed, sshFailure, sshNotStarted } from './ssh-failure.ts'

const host = parseHostAddress('ssh://deploy@app.example.com:2222') as SshHost

/** As OpenSSH 9.2 said them. */
const said = {
  unknown:
    'No ED25519 host key is known for [app.example.com]:2222 and you have requested strict checking.\nHost key verification failed.',
  changed:
    '@@@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n@@@@@@\nAdd correct host key in /root/.ssh/known_hosts to get rid of this message.\nOffending ED25519 key in /root/.ssh/known_hosts:3\nHost key for [app.example.com]:2222 has changed and you have requested strict checking.\nHost key verification failed.',
  denied: 'deploy@app.example.com: Permission denied (publickey).',
  timeout: 'ssh: connect to host app.example.com port 2222: Connection timed out',
  lost: 'Timeout, server app.example.com not responding.',
  config:
    '/root/.ssh/config: line 3: Bad configuration option: hostnme\nterminating, 1 bad configuration options',
}

describe('what ssh said', () => {
  it('of an unknown key names the command that fetches it and the one that shows it on the host', () => {
    const error = sshFailure(host, said.unknown)
    expect(error).toMatchObject({ code: 'HOST_KEY_UNKNOWN', retryable: false })
    expect(error.hint).toContain('ssh-keyscan -p 2222 app.example.com')
    expect(error.hint).toContain('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')
  })

  it('of another key than the known one is never tried again by itself', () => {
    const error = sshFailure(host, said.changed)
    expect(error).toMatchObject({ code: 'HOST_KEY_CHANGED', kind: 'forbidden', retryable: false })
    expect(error.message).toContain('/root/.ssh/known_hosts:3')
    expect(error.hint).toContain("ssh-keygen -R '[app.example.com]:2222'")
  })

  it('of a refused login says that no password is typed', () => {
    expect(sshFailure(host, said.denied)).toMatchObject({ code: 'HOST_LOGIN_REFUSED', retryable: false })
    expect(sshFailure(host, said.denied).hint).toContain(
      'ssh -o BatchMode=yes -p 2222 deploy@app.example.com true',
    )
  })

  it('of its configuration is for a person to mend', () => {
    expect(sshFailure(host, said.config)).toMatchObject({ code: 'HOST_SSH_CONFIG', retryable: false })
  })

  it.each([said.timeout, said.lost, '', 'Connection closed by UNKNOWN port 65535'])(
    'of a link that broke (%j) may be tried again, and names the host',
    (words) => {
      const error = sshFailure(host, words)
      expect(error).toMatchObject({ code: 'HOST_UNREACHABLE', kind: 'unreachable', retryable: true })
      expect(error.message).toContain('deploy@app.example.com:2222')
      expect(error.message).toContain(words.replace(/\.$/, ''))
    },
  )

  it('of sockets on the host that nobody listens on is no reason for a lost link', () => {
    const words = `channel 9: open failed: connect failed: open failed\n${said.lost}`
    expect(sshFailure(host, words).message).not.toContain('channel 9')
    expect(sshFailure(host, words).message).toContain('not responding')
  })

  it('of a jump host’s key names the jump host', () => {
    const words = said.unknown.replaceAll('[app.example.com]:2222', 'bastion.example.com')
    expect(sshFailure(host, words).message).toContain('bastion.example.com')
  })
})

describe('an ssh that did not begin', () => {
  const fault = (code: string, syscall = 'spawn ssh') =>
    Object.assign(new Error(`${syscall} ${code}`), { code, syscall })

  it.each(['EMFILE', 'ENFILE', 'EAGAIN', 'ENOMEM'])(
    'for want of what comes back (%s) is tried again',
    (code) => {
      const error = sshNotStarted(host, fault(code))
      expect(error).toMatchObject({ code: 'HOST_SSH_NOT_STARTED', kind: 'unreachable', retryable: true })
      expect(error.message).toContain(code)
    },
  )

  it('for want of room on this machine is tried again', () => {
    expect(sshNotStarted(host, fault('ENOSPC', 'open'))).toMatchObject({ retryable: true })
  })

  it.each(['ENOENT', 'EACCES'])('because there is none (%s) is for a person to mend', (code) => {
    expect(sshNotStarted(host, fault(code))).toMatchObject({ code: 'HOST_SSH_MISSING', retryable: false })
  })
})

describe('a command on the host that failed', () => {
  it('for want of room is final', () => {
    const words = 'sh: 1: printf: I/O error: No space left on device'
    expect(commandFailed(host, { doing: 'write the edge’s file', said: words })).toMatchObject({
      code: 'DISK_FULL',
      retryable: false,
    })
  })

  it('for another reason says it in the host’s words', () => {
    const error = commandFailed(host, { doing: 'write the edge’s file', said: 'mv: Permission denied' })
    expect(error.message).toBe(
      'Could not write the edge’s file on deploy@app.example.com:2222: mv: Permission denied.',
    )
  })
})
