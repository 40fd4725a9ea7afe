import { describe, expect, it } from 'vitest'
import { pullFailure } from './pull-failure.ts'

describe('pullFailure', () => {
  it.each([
    [
      'manifest for 127.0.0.1:5000/app@sha256:00 not found: manifest unknown: manifest unknown',
      'IMAGE_NOT_FOUND',
      false,
    ],
    ['name unknown: repository name not known to registry', 'IMAGE_NOT_FOUND', false],
    [
      'failed to resolve reference "registry.example/app:1": registry.example/app:1: not found',
      'IMAGE_NOT_FOUND',
      false,
    ],
    [
      'Get "http://127.0.0.1:5000/v2/app/manifests/x": no basic auth credentials',
      'REGISTRY_UNAUTHORIZED',
      false,
    ],
    ['unauthorized: authentication required', 'REGISTRY_UNAUTHORIZED', false],
    [
      "pull access denied for app, repository does not exist or may require 'docker login'",
      'REGISTRY_UNAUTHORIZED',
      false,
    ],
    ['failed to register layer: write /x: no space left on device', 'DISK_FULL', false],
    [
      'Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
      'REGISTRY_UNREACHABLE',
      true,
    ],
    ['Get "https://r.example/v2/": dial tcp: lookup r.example: no such host', 'REGISTRY_UNREACHABLE', true],
    [
      'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
      'REGISTRY_UNREACHABLE',
      true,
    ],
    ['toomanyrequests: You have reached your pull rate limit', 'REGISTRY_UNREACHABLE', true],
    ['received unexpected HTTP status: 503 Service Unavailable', 'REGISTRY_UNREACHABLE', true],
    ['unexpected EOF', 'REGISTRY_UNREACHABLE', true],
    ['x509: certificate signed by unknown authority', 'REGISTRY_UNTRUSTED', false],
    ['http: server gave HTTP response to HTTPS client', 'REGISTRY_UNTRUSTED', false],
    ['image operating system "windows" cannot be used on this platform', 'IMAGE_PULL_FAILED', false],
  ])('%s is %s', (words, code, retryable) => {
    const error = pullFailure('registry.example/app:1', words)
    expect(error).toMatchObject({ code, retryable })
    expect(error.message).toContain('registry.example/app:1')
  })
})
