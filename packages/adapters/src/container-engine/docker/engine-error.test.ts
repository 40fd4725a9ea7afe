import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { describe, expect, it } from 'vitest'
import { engineError } from './engine-error.ts'

const context = {
  doing: 'start container app-1',
  redact: (text: string) => text.replaceAll('hunter2', '•••'),
}

const answered = (statusCode: number, message: string) =>
  Object.assign(new Error(`(HTTP code ${statusCode}) server error - ${message} `), {
    statusCode,
    json: { message },
  })

describe('engineError', () => {
  it.each(['ECONNREFUSED', 'ENOENT', 'EPIPE', 'ECONNRESET'])('%s is worth another try', (code) => {
    const error = engineError(Object.assign(new Error(`connect ${code} /run/docker.sock`), { code }), context)
    expect(error).toMatchObject({ code: 'ENGINE_UNREACHABLE', kind: 'unreachable', retryable: true })
    expect(error.message).toContain('Could not start container app-1')
  })

  it('a passed deadline is worth another try', () => {
    const error = engineError(new DOMException('The operation timed out', 'TimeoutError'), context)
    expect(error).toMatchObject({ code: 'ENGINE_UNREACHABLE', retryable: true })
  })

  it('a socket that may not be opened is not', () => {
    expect(engineError(Object.assign(new Error('EACCES'), { code: 'EACCES' }), context)).toMatchObject({
      code: 'ENGINE_FORBIDDEN',
      retryable: false,
    })
  })

  it.each([
    ['write /var/lib/docker/x: no space left on device', 'DISK_FULL'],
    [
      'driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated',
      'PORT_TAKEN',
    ],
    ['Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use', 'PORT_TAKEN'],
    ['Address already in use', 'ADDRESS_TAKEN'],
    [
      'user specified IP address is supported only when connecting to networks with user configured subnets',
      'NETWORK_NOT_PINNED',
    ],
    ['No such image: registry.example/app@sha256:00', 'IMAGE_NOT_FOUND'],
    [
      'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
      'ADDRESS_POOLS_EXHAUSTED',
    ],
    ['Pool overlaps with other one on this address space', 'NETWORK_OVERLAPS'],
    ['network front not found', 'NETWORK_NOT_FOUND'],
    ['invalid mount config for type "bind": bind source path does not exist: /srv/x', 'MOUNT_SOURCE_MISSING'],
    ['OCI runtime create failed: exec: "serve": executable file not found in $PATH', 'ENGINE_REFUSED'],
  ])('%s is %s, for good', (words, code) => {
    expect(engineError(answered(500, words), context)).toMatchObject({ code, retryable: false })
  })

  it('takes secret values out of the engine’s words', () => {
    const error = engineError(answered(400, 'exec: "--token=hunter2": not found'), context)
    expect(error.message).toBe('Could not start container app-1: exec: "--token=•••": not found.')
    expect(JSON.stringify(error.detail)).not.toContain('hunter2')
  })

  it('leaves an error that is ours already as it is', () => {
    const ours = new TowpathError({ code: 'X', kind: 'failed', message: 'm', hint: 'h' })
    expect(engineError(ours, context)).toBe(ours)
  })
})
