import { applyPatch } from 'diff'
import { describe, expect, test } from 'vitest'
import { checksOf, declared, saidBy } from './testing/team.ts'

const compose = (text: string): Record<string, string> => ({ 'docker-compose.yaml': text })
const api = (more: string): Record<string, string> =>
  compose(`services:\n  api:\n    image: ghcr.io/acme/api:1.2.3\n${more}`)

/** The compose file after the patch of the only finding. */
const patched = (id: string, files: Record<string, string>): string | false => {
  const [check] = checksOf(id, files)
  return applyPatch(files[check?.file ?? ''] ?? '', check?.patch ?? '')
}

describe('health-check', () => {
  test.each([
    ['nothing', '', ['fail docker-compose.yaml:2']],
    ['one', '    healthcheck: {test: [CMD, curl, -f, "http://localhost/health"]}\n', ['pass']],
    ['one that is switched off', '    healthcheck: {disable: true}\n', ['fail docker-compose.yaml:4']],
    ['one that is NONE', '    healthcheck:\n      test: [NONE]\n', ['fail docker-compose.yaml:4']],
  ])('judges %s', (_what, more, said) => {
    expect(saidBy('health-check', api(more))).toEqual(said)
  })

  test('takes the one of the Dockerfile that the service is built from', () => {
    const files = {
      ...api('    build: ./api\n'),
      'api/Dockerfile': 'FROM debian:trixie\nHEALTHCHECK CMD curl -f http://localhost/\nCMD ["a"]\n',
    }
    expect(saidBy('health-check', files)).toEqual(['pass'])
  })

  test('has nothing to say of a service that towpath.yaml ships, which has one there', () => {
    expect(saidBy('health-check', api(''), declared({ api: {} }))).toEqual(['pass'])
  })
})

describe('container-name', () => {
  test('is mended where the service is called the same and nobody calls the container', () => {
    expect(patched('container-name', api('    container_name: api # nginx expects it\n'))).not.toContain(
      'container_name',
    )
    const called = {
      ...api('    container_name: api\n'),
      'deploy.sh': '#!/bin/sh\nssh host docker exec api ./reindex\n',
    }
    const [check] = checksOf('container-name', called)
    expect(check?.message).toContain('deploy.sh:2')
    expect(check?.patch).toBeNull()
  })

  test('is no caller who only has a word like it', () => {
    const files = {
      ...api('    container_name: api\n'),
      'deploy.sh': 'docker exec api-old x\ndocker exec my-api x\necho api\n',
    }
    expect(checksOf('container-name', files)[0]?.message).not.toContain('deploy.sh')
  })
})

describe('moving-tag', () => {
  test.each([
    ['ghcr.io/acme/api', ['fail docker-compose.yaml:3']],
    ['ghcr.io/acme/api:latest', ['fail docker-compose.yaml:3']],
    ['ghcr.io/acme/api:main', ['fail docker-compose.yaml:3']],
    ['127.0.0.1:5000/api', ['fail docker-compose.yaml:3']],
    ['ghcr.io/acme/api:${TAG:-latest}', ['fail docker-compose.yaml:3']],
    ['ghcr.io/acme/api:${TAG}', ['unknown docker-compose.yaml:3']],
    ['$IMAGE', ['unknown docker-compose.yaml:3']],
    ['ghcr.io/acme/api:${GIT_SHA}', ['pass']],
    ['ghcr.io/acme/api@${DIGEST:?}', ['pass']],
    ['ghcr.io/acme/api:1.2.3', ['pass']],
    [`ghcr.io/acme/api:latest@sha256:${'a'.repeat(64)}`, ['pass']],
    ['nginx:1', ['warn docker-compose.yaml:3']],
    ['postgres:16', ['warn docker-compose.yaml:3']],
    ['postgres:16-alpine3.22', ['warn docker-compose.yaml:3']],
    ['ghcr.io/acme/api:v2', ['fail docker-compose.yaml:3']],
    ['nginx:stable-alpine', ['fail docker-compose.yaml:3']],
    ['nginx:alpine', ['fail docker-compose.yaml:3']],
    ['node:lts', ['fail docker-compose.yaml:3']],
    ['ghcr.io/acme/api:feature-login', ['fail docker-compose.yaml:3']],
    ['ghcr.io/acme/api:${SHARED_TAG:-latest}', ['fail docker-compose.yaml:3']],
    ['ghcr.io/acme/api:${GIT_SHA:-latest}', ['fail docker-compose.yaml:3']],
    ['ghcr.io/acme/api:${TAG:-${CHANNEL:-latest}}', ['fail docker-compose.yaml:3']],
    ['nginx:1.29.3-alpine', ['pass']],
    ['postgres:16.4', ['pass']],
    ['ghcr.io/acme/api:main-4f5e6d7', ['pass']],
    ['ghcr.io/acme/api:sha-${GIT_SHA}', ['pass']],
    ['ghcr.io/acme/api:20261127', ['pass']],
    [`postgres@sha256:${'b'.repeat(64)}`, ['pass']],
  ])('of %s', (image, said) => {
    expect(saidBy('moving-tag', compose(`services:\n  api:\n    image: ${image}\n`))).toEqual(said)
  })

  test('is settled by the .env that compose would read', () => {
    const files = { ...compose('services:\n  api:\n    image: acme/api:${TAG}\n'), '.env': 'TAG=4f5e6d7\n' }
    expect(saidBy('moving-tag', files)).toEqual(['pass'])
  })

  test('says nothing of what is shipped by digest', () => {
    expect(saidBy('moving-tag', api(''), declared({ api: {} }))).toEqual([])
  })
})

test('a build without an image fails, one with an image may only be built anew by mistake', () => {
  expect(saidBy('build-without-image', compose('services:\n  api:\n    build: .\n'))).toEqual([
    'fail docker-compose.yaml:3',
  ])
  expect(saidBy('build-without-image', api('    build: .\n'))).toEqual(['pass'])
  expect(saidBy('build-on-host', api('    build: .\n'))).toEqual(['warn docker-compose.yaml:4'])
  expect(saidBy('build-on-host', api(''))).toEqual(['pass'])
})

test('a service that is waited for until it has started is told at the line that says so', () => {
  const files = compose(
    'services:\n  api:\n    image: a:1\n  web:\n    image: b:1\n    depends_on:\n      api:\n        condition: service_healthy\n  nginx:\n    image: nginx:1.28\n    depends_on:\n      - web\n',
  )
  expect(saidBy('start-order', files)).toEqual(['warn docker-compose.yaml:12'])
})

describe('variables', () => {
  test('with a default in one place and none in another are mended, versions are not', () => {
    const files = api(
      '    environment:\n      PORT: ${PORT}\n      URL: http://x:${PORT:-3000}\n      A: ${API_VERSION}\n      B: ${API_VERSION:-1.0.0}\n',
    )
    const checks = checksOf('uneven-default', files)
    expect(checks.map(({ line, patch }) => [line, patch !== null])).toEqual([
      [5, true],
      [7, false],
    ])
    expect(applyPatch(files['docker-compose.yaml'] ?? '', checks[0]?.patch ?? '')).toContain(
      'PORT: ${PORT:-3000}',
    )
  })

  test('that nothing sets are counted once, comments and $$ left out', () => {
    const files = api('    command: [a, "$$HOME", "${A}", "${A}", "${B:-x}", "$C"] # ${D}\n')
    expect(checksOf('unset-variables', files)[0]?.message).toMatch(/^2 variables have .*: A, C\./)
    expect(saidBy('unset-variables', { ...files, '.env': 'A=1\nC=2\n' })).toEqual(['pass'])
  })

  test('whose default is the version of another day are told beside the version of today', () => {
    const files = {
      ...api('    environment: {V: "${API_VERSION:-1.0.0-beta1}"}\n'),
      'Cargo.toml': '[package]\nname = "api"\nversion = "1.0.0-beta2"\n',
    }
    expect(checksOf('version-default', files)[0]?.message).toContain('Cargo.toml:3 is at 1.0.0-beta2')
    expect(
      saidBy('version-default', {
        ...files,
        'Cargo.toml': '[package]\nname = "api"\nversion = "1.0.0-beta1"\n',
      }),
    ).toEqual(['pass'])
  })
})

test('logs without a limit are one finding for all, and a folder of logs another', () => {
  const files = compose(
    'services:\n  a:\n    image: a:1\n  b:\n    image: b:1\n    logging: {driver: local}\n  nginx:\n    image: nginx:1.28\n    logging: {options: {max-size: 10m}}\n    volumes:\n      - ./logs:/var/log/nginx\n',
  )
  expect(saidBy('log-growth', files)).toEqual(['warn docker-compose.yaml:2', 'warn docker-compose.yaml:11'])
})

describe('architecture', () => {
  const build = (platforms: string): Record<string, string> => ({
    '.github/workflows/build.yml': `on: push\njobs:\n  b:\n    runs-on: x\n    steps:\n      - uses: docker/build-push-action@v6\n        with: {push: true, platforms: "${platforms}"}\n`,
  })

  test('that no workflow builds does not start', () => {
    expect(
      saidBy('architecture', { ...api('    platform: linux/arm64\n'), ...build('linux/amd64') }),
    ).toEqual(['fail docker-compose.yaml:4'])
    expect(
      saidBy('architecture', { ...api('    platform: linux/arm64\n'), ...build('linux/amd64,linux/arm64') }),
    ).toEqual(['pass'])
  })

  test('that a variable says is not known', () => {
    expect(saidBy('architecture', api('    platform: ${PLATFORM}\n'))).toEqual([
      'unknown docker-compose.yaml:4',
    ])
  })

  test('that the Dockerfile fixes is held against the one of compose', () => {
    const dockerfile = { Dockerfile: 'FROM --platform=linux/amd64 debian:trixie\nCMD ["a"]\n' }
    expect(
      saidBy('architecture', { ...api('    build: .\n    platform: linux/arm64\n'), ...dockerfile }),
    ).toEqual(['fail docker-compose.yaml:5'])
    expect(saidBy('architecture', { ...api('    build: .\n'), ...dockerfile })).toEqual(['warn Dockerfile:1'])
  })
})
