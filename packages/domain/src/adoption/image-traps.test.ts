import { describe, expect, test } from 'vitest'
import { endingsOf } from './end-of-life.ts'
import { checksOf, saidBy } from './testing/team.ts'

describe('base-image', () => {
  test.each([
    ['debian:bullseye-slim', ['fail Dockerfile:1']],
    ['debian:11', ['fail Dockerfile:1']],
    ['debian:trixie-slim', ['pass']],
    ['node:18-alpine', ['fail Dockerfile:1']],
    ['node:24-bookworm-slim', ['pass']],
    ['python:3.13-slim-bullseye', ['fail Dockerfile:1']],
    ['ubuntu:20.04', ['fail Dockerfile:1']],
    ['ubuntu:24.04', ['pass']],
    ['gcr.io/distroless/cc-debian11', ['fail Dockerfile:1']],
    ['gcr.io/distroless/cc-debian12:nonroot', ['pass']],
    ['alpine:3.21', ['fail Dockerfile:1']],
    ['postgres:14', ['fail Dockerfile:1']],
    ['scratch', ['pass']],
    ['alpine', ['unknown Dockerfile:1']],
    ['acme.example/base:7', ['unknown Dockerfile:1']],
    ['${BASE}', ['unknown Dockerfile:1']],
  ])('judges %s on 27 November 2026', (image, said) => {
    expect(saidBy('base-image', { Dockerfile: `FROM ${image}\n` })).toEqual(said)
  })

  test('warns before the end, and of a stage that only builds', () => {
    const days = (image: string): string | undefined =>
      checksOf('base-image', { Dockerfile: `FROM ${image}\n` })[0]?.status
    expect(days('alpine:3.22')).toBe('pass')
    expect(
      saidBy('base-image', {
        Dockerfile: 'FROM node:18 AS build\nFROM debian:trixie\nCOPY --from=build /a /a\n',
      }),
    ).toEqual(['warn Dockerfile:1'])
  })

  test('settles a build argument by its default', () => {
    expect(saidBy('base-image', { Dockerfile: 'ARG TAG=bullseye\nFROM debian:${TAG}\n' })).toEqual([
      'fail Dockerfile:2',
    ])
  })

  test('looks at accessories of the compose file too', () => {
    const files = {
      'compose.yaml':
        'services:\n  nginx:\n    image: nginx:1.25-alpine\n  db:\n    image: postgres:17\n  cache:\n    image: redis:7\n',
    }
    expect(saidBy('base-image', files)).toEqual(['fail compose.yaml:3', 'unknown compose.yaml:7'])
  })

  test('names every part that ends, each once', () => {
    expect(endingsOf('docker.io/library/node:18.20.4-alpine3.18').map(({ name }) => name)).toEqual([
      'Node.js 18',
      'Alpine 3.18',
    ])
    expect(endingsOf('node:lts')).toEqual([])
    expect(endingsOf('')).toEqual([])
  })
})

describe('baked-settings', () => {
  test('finds settings of the browser where they come too late', () => {
    const files = {
      'compose.yaml':
        'services:\n  web:\n    image: acme/web:1\n    environment:\n      - NEXT_PUBLIC_API=https://api\n      - PORT=3000\n',
    }
    expect(saidBy('baked-settings', files)).toEqual(['fail compose.yaml:5'])
    expect(
      saidBy('baked-settings', { ...files, 'package.json': '{"dependencies": {"next-runtime-env": "3"}}' }),
    ).toEqual(['pass'])
  })

  test('finds settings of the browser where they are baked', () => {
    const files = {
      'compose.yaml':
        'services:\n  web:\n    image: acme/web:1\n    build:\n      context: .\n      args:\n        VITE_API: https://api\n',
      Dockerfile:
        'FROM node:24 AS build\nARG VITE_API\nRUN npm run build\nFROM nginx:1.28\nARG REGION\nENV REGION=${REGION}\nARG COMMIT\nENV COMMIT=$COMMIT\n',
      '.github/workflows/b.yml':
        'on: push\njobs:\n  b:\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          build-args: |\n            VITE_API=https://staging\n            OTHER=1\n',
    }
    expect(saidBy('baked-settings', files)).toEqual([
      'fail compose.yaml:7',
      'fail Dockerfile:2',
      'warn Dockerfile:6',
      'fail .github/workflows/b.yml:8',
    ])
  })
})

test('a release that builds again is told beside the build before it', () => {
  const build = (on: string): string =>
    `on: ${on}\njobs:\n  b:\n    runs-on: x\n    steps:\n      - uses: docker/build-push-action@v6\n        with: {push: true}\n`
  const files = {
    '.github/workflows/ci.yml': build('{push: {branches: [main]}}'),
    '.github/workflows/release.yml': build('{release: {types: [published]}}'),
  }
  const [check] = checksOf('rebuilt-on-release', files)
  expect(check).toMatchObject({ status: 'fail', file: '.github/workflows/release.yml', line: 6 })
  expect(check?.message).toContain('.github/workflows/ci.yml:6')
  expect(
    saidBy('rebuilt-on-release', { '.github/workflows/ci.yml': files['.github/workflows/ci.yml'] }),
  ).toEqual(['pass'])
  expect(
    saidBy('rebuilt-on-release', {
      '.github/workflows/ci.yml': build('push').replace('push: true', 'push: false'),
    }),
  ).toEqual([])
})
