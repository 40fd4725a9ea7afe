import { applyPatch } from 'diff'
import { describe, expect, test } from 'vitest'
import { endingsOf } from './end-of-life.ts'
import { checksOf, saidBy } from './testing/team.ts'

const dockerfile = (start: string, more: Record<string, string> = {}): Record<string, string> => ({
  Dockerfile: `FROM debian:trixie-slim\nCOPY . /app\n${start}\n`,
  ...more,
})
const handler = { 'src/main.rs': 'async fn main() {\n  tokio::signal::ctrl_c().await;\n}\n' }
const mended = (files: Record<string, string>): string | false => {
  const [check] = checksOf('stop-signal', files)
  return applyPatch(files[check?.file ?? ''] ?? '', check?.patch ?? '')
}

describe('stop-signal', () => {
  test.each([
    ['the exec form of a program that catches it', 'CMD ["/app/server"]', ['pass']],
    ['the shell form', 'CMD /app/server --port 4000', ['fail Dockerfile:3']],
    ['the shell form with exec', 'CMD exec /app/server', ['pass']],
    ['sh -c without exec', 'CMD ["sh", "-c", "/app/migrate && /app/server"]', ['fail Dockerfile:3']],
    ['sh -c that ends in exec', 'CMD ["sh", "-c", "/app/migrate && exec /app/server"]', ['pass']],
    ['npm', 'CMD ["npm", "start"]', ['fail Dockerfile:3']],
    ['npm in the shell form', 'CMD npm run start', ['fail Dockerfile:3']],
    ['yarn behind an init', 'ENTRYPOINT ["tini", "--", "yarn", "start"]', ['fail Dockerfile:3']],
    ['a program behind an init', 'ENTRYPOINT ["/usr/bin/tini", "--", "/app/server"]', ['pass']],
    [
      'a list that is no JSON, which Docker takes for a shell line',
      "CMD ['/app/server']",
      ['fail Dockerfile:3'],
    ],
    [
      'an entry point that gets its words from CMD',
      'ENTRYPOINT ["/app/server"]\nCMD ["--port", "4000"]',
      ['pass'],
    ],
    ['a server that catches it by itself', 'CMD ["gunicorn", "app:app"]', ['pass']],
    ['the base image alone', 'USER app', ['pass']],
    [
      'npm behind the entry point of an official image',
      'ENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["npm", "start"]',
      ['fail Dockerfile:3'],
    ],
  ])('judges %s', (_what, start, said) => {
    expect(saidBy('stop-signal', dockerfile(start, handler))).toEqual(said)
  })

  test('is unknown, not clean, where no source catches it', () => {
    const files = dockerfile('CMD ["/app/server"]', { 'src/main.rs': 'fn main() {}\n' })
    expect(saidBy('stop-signal', files)).toEqual(['unknown Dockerfile:3'])
    expect(saidBy('stop-signal', dockerfile('CMD ["/app/server"]'))).toEqual(['unknown Dockerfile:3'])
  })

  test('is not proven by a handler that only tests or comments have', () => {
    const files = dockerfile('CMD ["node", "a.js"]', {
      'tests/a.js': "process.on('SIGTERM', stop)\n",
      'a.js': "// process.on('SIGTERM', stop)\n",
    })
    expect(saidBy('stop-signal', files)).toEqual(['unknown Dockerfile:3'])
  })

  test.each([
    ['JavaScript', 'a.js', "process.once('SIGTERM', () => server.close())"],
    ['Go', 'main.go', 'ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM)'],
    ['Python', 'a.py', 'signal.signal(signal.SIGTERM, stop)'],
    ['Rust', 'src/main.rs', '.with_graceful_shutdown(done)'],
    ['Ruby', 'a.rb', "Signal.trap('TERM') { stop }"],
  ])('is seen in %s', (_language, path, text) => {
    expect(saidBy('stop-signal', dockerfile('CMD ["/app/server"]', { [path]: `${text}\n` }))).toEqual([
      'pass',
    ])
  })

  test.each([
    ['CMD /app/server --name "a b"', 'CMD ["/app/server","--name","a b"]'],
    ['CMD ["sh", "-c", "/app/migrate && /app/server"]', 'CMD ["sh","-c","/app/migrate && exec /app/server"]'],
    ['CMD /app/server \\\n  --port 4000', 'CMD ["/app/server","--port","4000"]'],
  ])('mends %s', (start, line) => {
    const text = mended(dockerfile(start, handler))
    expect(text).toBe(`FROM debian:trixie-slim\nCOPY . /app\n${line}\n`)
    expect(saidBy('stop-signal', { ...handler, Dockerfile: String(text) })).toEqual(['pass'])
  })

  test.each([
    ['"node server.js"', 'CMD ["node","server.js"]'],
    ['"next start -p 3000"', 'CMD ["node_modules/.bin/next","start","-p","3000"]'],
    ['"npm run build && node server.js"', null],
  ])('mends npm start where the manifest says %s', (script, line) => {
    const files = dockerfile('CMD ["npm", "start"]', { 'package.json': `{"scripts": {"start": ${script}}}` })
    const [check] = checksOf('stop-signal', files)
    const text = check?.patch === null ? '' : String(mended(files))
    expect(text.split('\n').find((row) => row.startsWith('CMD')) ?? null).toBe(line)
  })

  test.each([
    'CMD /app/server > /log',
    'CMD cd /app && ./server',
    'CMD PORT=1 ./server',
    'CMD ./server $ARGS',
  ])('leaves %s, which only a shell can run, to a person', (start) => {
    expect(checksOf('stop-signal', dockerfile(start, handler))[0]).toMatchObject({
      status: 'fail',
      patch: null,
    })
  })

  test('follows an entry point into its script', () => {
    const files = dockerfile('ENTRYPOINT ["./entrypoint.sh"]', {
      ...handler,
      'entrypoint.sh': '#!/bin/sh\nset -e\n/app/migrate\n/app/server "$@"\n',
    })
    expect(saidBy('stop-signal', files)).toEqual(['fail entrypoint.sh:4'])
    expect(mended(files)).toContain('\nexec /app/server "$@"\n')
    expect(
      saidBy('stop-signal', { ...files, 'entrypoint.sh': '#!/bin/sh\nexec /app/server "$@"\n' }),
    ).toEqual(['pass'])
  })

  test('looks at the stage that is shipped, not at the one that builds', () => {
    const files = {
      ...handler,
      Dockerfile: 'FROM rust:1.90 AS build\nCMD cargo run\nFROM debian:trixie-slim\nCMD ["/a"]\n',
    }
    expect(saidBy('stop-signal', files)).toEqual(['pass'])
  })

  test('is judged once for services that run one image, and not for a worker that catches it by itself', () => {
    const files = {
      'compose.yaml':
        'services:\n  web:\n    image: acme/web:1\n    build: .\n  api:\n    image: acme/web:1\n  worker:\n    image: acme/web:1\n    command: celery -A site worker\n',
      Dockerfile: 'FROM debian:trixie\nCMD ./serve\n',
    }
    expect(saidBy('stop-signal', files)).toEqual(['fail Dockerfile:2'])
  })

  test('is unknown for each service whose Dockerfile is somewhere else', () => {
    const files = {
      'compose.yaml':
        'services:\n  api:\n    image: acme/api:1\n  web:\n    image: acme/web:1\n    init: true\n',
    }
    expect(saidBy('stop-signal', files)).toEqual(['unknown compose.yaml:3'])
  })
})

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
