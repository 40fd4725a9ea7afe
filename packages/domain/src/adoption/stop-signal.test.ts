import { applyPatch } from 'diff'
import { describe, expect, test } from 'vitest'
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
    ['the base image alone', 'USER app', ['unknown Dockerfile:1']],
    ['a shell behind an init', 'ENTRYPOINT ["tini", "--", "sh", "-c", "node a.js"]', ['fail Dockerfile:3']],
    ['an init that gets a shell form', 'ENTRYPOINT ["tini", "--"]\nCMD node a.js', ['fail Dockerfile:4']],
    ['npm behind a change of user', 'CMD ["gosu", "app", "npm", "start"]', ['fail Dockerfile:3']],
    ['a program behind a change of user', 'CMD ["gosu", "app", "/app/server"]', ['pass']],
    ['a module of Python', 'CMD ["python3", "-m", "gunicorn", "app:app"]', ['pass']],
    ['exec that only redirects', 'CMD ["sh", "-c", "exec 2>&1; /app/server"]', ['fail Dockerfile:3']],
    ['a word like exec', 'CMD ["sh", "-c", "/app/migrate && exec node executor.js"]', ['pass']],
    ['npm behind exec', 'CMD ["sh", "-c", "exec npm start"]', ['fail Dockerfile:3']],
    [
      'a script of the shell with branches',
      'CMD ["sh", "-c", "if true; then exec a; fi"]',
      ['unknown Dockerfile:3'],
    ],
    ['a script that is not here', 'ENTRYPOINT ["/start.sh"]', ['unknown Dockerfile:3']],
    [
      'npm behind the entry point of an official image',
      'ENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["npm", "start"]',
      ['fail Dockerfile:4'],
    ],
  ])('judges %s', (_what, start, said) => {
    expect(saidBy('stop-signal', dockerfile(start, handler))).toEqual(said)
  })

  test('is unknown, not clean, where no source catches it', () => {
    const files = dockerfile('CMD ["/app/server"]', { 'src/main.rs': 'fn main() {}\n' })
    expect(saidBy('stop-signal', files)).toEqual(['unknown Dockerfile:3'])
    expect(saidBy('stop-signal', dockerfile('CMD ["/app/server"]'))).toEqual(['unknown Dockerfile:3'])
  })

  test.each([
    ['nginx', 'CMD ["node", "a.js", "--behind", "nginx"]'],
    ['a script', 'CMD ["/app/server", "--hook", "deploy.sh"]'],
    ['gunicorn', 'CMD ["sh", "-c", "exec node wait.js gunicorn"]'],
  ])('is not proven by %s among the arguments', (_what, start) => {
    const files = dockerfile(start, { 'deploy.sh': '#!/bin/sh\nexec "$@"\n' })
    expect(saidBy('stop-signal', files)).toEqual(['unknown Dockerfile:3'])
  })

  test.each(['nginx:1.29.3', 'docker.io/library/caddy:2.10.2-alpine'])(
    'passes what starts as its base %s does, which catches it by itself',
    (base) => {
      expect(saidBy('stop-signal', { Dockerfile: `FROM ${base}\nCOPY . /srv\n` })).toEqual(['pass'])
    },
  )

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
    ['CMD ["sh", "-ec", "PORT=1 /app/server > /log"]', 'CMD ["sh","-ec","PORT=1 exec /app/server > /log"]'],
    [
      'CMD ["sh", "-c", "echo \'a && b\' && /app/server"]',
      'CMD ["sh","-c","echo \'a && b\' && exec /app/server"]',
    ],
    ['CMD ["tini", "--", "sh", "-c", "/app/server"]', 'CMD ["tini","--","sh","-c","exec /app/server"]'],
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
    'ENTRYPOINT /app/server\nCMD ["--port", "4000"]',
    'SHELL ["/bin/bash", "-c"]\nCMD /app/server',
    'CMD ["sh", "-c", "/app/a & /app/b"]',
    'CMD ["sh", "-c", "/app/a | tee /log"]',
  ])('leaves %s, which only a shell can run, to a person', (start) => {
    expect(checksOf('stop-signal', dockerfile(start, handler))[0]).toMatchObject({
      status: 'fail',
      patch: null,
    })
  })

  test('keeps the init in front of what npm start is', () => {
    const files = dockerfile('ENTRYPOINT ["tini", "--", "npm", "start"]', {
      'package.json': '{"scripts": {"start": "node server.js"}}',
    })
    expect(mended(files)).toContain('ENTRYPOINT ["tini","--","node","server.js"]')
  })

  test.each([
    ['flags change where it runs', 'CMD ["npm", "--prefix", "x", "start"]', '{"start": "node a.js"}'],
    ['more words are handed on', 'CMD ["npm", "start", "--", "-p"]', '{"start": "node a.js"}'],
    ['something runs before it', 'CMD ["npm", "start"]', '{"start": "node a.js", "prestart": "a"}'],
    ['its words are in CMD', 'ENTRYPOINT ["npm"]\nCMD ["start"]', '{"start": "node a.js"}'],
  ])('leaves npm to a person where %s', (_what, start, scripts) => {
    const files = dockerfile(start, { 'package.json': `{"scripts": ${scripts}}` })
    expect(checksOf('stop-signal', files)[0]).toMatchObject({ status: 'fail', patch: null })
  })

  test('judges the stage that compose builds, whatever stands in another', () => {
    const files = (target: string): Record<string, string> => ({
      ...handler,
      'compose.yaml': `services:\n  api:\n    build: {context: ., target: ${target}}\n`,
      Dockerfile:
        'FROM debian:trixie AS base\nFROM base AS api\nCMD npm start\nFROM base AS Other\nCMD ["/app"]\n',
    })
    expect(saidBy('stop-signal', files('api'))).toEqual(['fail Dockerfile:3'])
    expect(saidBy('stop-signal', files('other'))).toEqual(['pass'])
    expect(saidBy('stop-signal', files('gone'))).toEqual(['unknown Dockerfile:1'])
  })

  test.each([
    ['its command takes the place of CMD', 'command: npm start', ['fail compose.yaml:4']],
    ['its entry point takes the place of both', 'entrypoint: [sh, -c, "node a"]', ['fail compose.yaml:4']],
    ['its command is the program itself', 'command: [/app/server, --fast]', ['pass']],
  ])('goes by the compose file where %s', (_what, row, said) => {
    const files = {
      ...handler,
      'compose.yaml': `services:\n  api:\n    build: .\n    ${row}\n`,
      Dockerfile: 'FROM debian:trixie\nCMD ./shell-form\n',
    }
    expect(saidBy('stop-signal', files)).toEqual(said)
  })

  test('finds the Dockerfile behind ./ and ..', () => {
    const files = {
      ...handler,
      'compose.yaml': 'services:\n  api:\n    build: {context: ./, dockerfile: ./ops/../ops/Dockerfile}\n',
      'ops/Dockerfile': 'FROM debian:trixie\nCMD npm start\n',
    }
    expect(saidBy('stop-signal', files)).toEqual(['fail ops/Dockerfile:2'])
  })

  test.each([
    ['a line that goes on', '#!/bin/sh\n/app/server \\\n  --port 1\n', 'exec /app/server \\\n  --port 1\n'],
    ['words handed on', '#!/bin/sh\n/app/migrate\n"$@"\n', '/app/migrate\nexec "$@"\n'],
  ])('mends a script that ends in %s', (_what, script, end) => {
    const files = dockerfile('ENTRYPOINT ["./entrypoint.sh"]', { ...handler, 'entrypoint.sh': script })
    expect(String(mended(files)).endsWith(end)).toBe(true)
  })

  test.each([
    ['ends in a branch', 'if [ -n "$A" ]; then\n  /app/server\nfi\n', 'fail'],
    ['ends in a branch that says exec', 'if [ -n "$A" ]; then\n  exec /app/server\nfi\n', 'pass'],
    ['writes a text for another program', 'cat <<END > /a\nexec x\nEND\n/app/server\n', 'pass'],
    ['ends in the second half of a condition', '/app/a ||\n/app/server\n', 'fail'],
  ])('has no patch for a script that %s', (_what, script, status) => {
    const files = dockerfile('ENTRYPOINT ["./entrypoint.sh"]', { ...handler, 'entrypoint.sh': script })
    expect(checksOf('stop-signal', files)[0]).toMatchObject({ status, patch: null })
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
