import { applyPatch } from 'diff'
import { describe, expect, test } from 'vitest'
import { checksOf, declared, saidBy } from './testing/team.ts'

const compose = {
  'docker-compose.yaml':
    'services:\n  nginx:\n    image: nginx:1.28\n    container_name: proxy\n  api:\n    image: acme/api:1\n    container_name: api\n    networks: {default: {aliases: [backend]}}\n',
}

describe('second-operator', () => {
  const unit = (command: string): Record<string, string> => ({
    ...compose,
    'deploy/app.service': `[Unit]\nAfter=docker.service\n[Service]\nType=oneshot\nWorkingDirectory=/opt/app\nExecStart=${command}\n`,
  })

  test.each([
    ['/usr/bin/docker compose up -d --remove-orphans', 'removes every container that is not in it'],
    ['-/usr/bin/docker compose -f docker-compose.yaml down', 'stops the containers'],
    ['/usr/bin/docker-compose up -d', 'beside or instead of the release'],
    ['/bin/sh -c "docker system prune -af"', 'the way back'],
    ['/usr/bin/docker restart api', 'by hand'],
  ])('finds %s in a systemd unit', (command, says) => {
    const [check] = checksOf('second-operator', unit(command))
    expect(check).toMatchObject({ status: 'fail', file: 'deploy/app.service', line: 6 })
    expect(check?.message).toContain(says)
  })

  test.each([
    '/usr/bin/docker compose ps',
    '/usr/bin/docker compose pull',
    '/usr/bin/docker ps',
    '/usr/bin/true',
  ])('has nothing against %s', (command) => {
    expect(saidBy('second-operator', unit(command))).toEqual(['pass'])
  })

  test('finds a cron job, comments left out', () => {
    const files = {
      ...compose,
      'ops/crontab': '# docker system prune\nMAILTO=root\n0 3 * * * root docker image prune -af\n',
    }
    expect(saidBy('second-operator', files)).toEqual(['fail ops/crontab:3'])
  })

  test('finds each line of a workflow that reaches a host, and the unit that it restarts', () => {
    const files = {
      ...unit('/usr/bin/docker compose up -d'),
      '.github/workflows/deploy.yml': `on: workflow_dispatch
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: |
          ssh deploy@host <<'END'
          sudo systemctl stop app.service
          docker compose pull
          docker compose up -d
          END
`,
    }
    expect(saidBy('second-operator', files)).toEqual([
      'fail deploy/app.service:6',
      'fail .github/workflows/deploy.yml:8',
      'fail .github/workflows/deploy.yml:10',
    ])
  })

  test('leaves a workflow alone that runs compose for its own tests', () => {
    const files = {
      ...compose,
      '.github/workflows/test.yml':
        'on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - run: docker compose up -d && npm test && docker compose down\n',
    }
    expect(saidBy('second-operator', files)).toEqual(['pass'])
    const own = {
      ...files,
      '.github/workflows/test.yml': files['.github/workflows/test.yml'].replace(
        'ubuntu-latest',
        '[self-hosted, linux]',
      ),
    }
    expect(saidBy('second-operator', own)).toEqual(['fail .github/workflows/test.yml:6'])
  })

  test.each([
    ['a flag between both words', 'docker --context prod compose up -d', 'fail'],
    ['the engine of another host', 'DOCKER_HOST=ssh://a@b docker compose -p x up -d', 'fail'],
    ['the first compose', 'docker-compose -H ssh://a@b --file x.yml up -d', 'fail'],
    ['a stack', 'docker -H tcp://b:2376 stack deploy -c x.yml shop', 'fail'],
    ['a test on the runner', 'docker compose up -d', 'unknown'],
  ])('finds %s in a pipeline of another forge', (_what, command, status) => {
    for (const [path, text] of [
      ['.gitlab-ci.yml', `job:\n  script:\n    - ${command}\n`],
      ['.circleci/config.yml', `jobs:\n  a:\n    steps:\n      - run: ${command}\n`],
      ['Jenkinsfile', `pipeline {\n  stage('x') {\n    sh '${command}'\n`],
    ] as const)
      expect(checksOf('second-operator', { ...compose, [path]: text })[0]).toMatchObject({
        status,
        file: path,
      })
  })

  test('reads a line that goes on below, at the line where it begins', () => {
    expect(saidBy('second-operator', unit('/usr/bin/docker compose \\\n  --file a.yml \\\n  up -d'))).toEqual(
      ['fail deploy/app.service:6'],
    )
  })

  test('goes by the whole workflow where that sends Docker elsewhere', () => {
    const files = {
      ...compose,
      '.github/workflows/d.yml':
        'on: push\nenv:\n  DOCKER_HOST: ssh://a@b\njobs:\n  d:\n    runs-on: x\n    steps:\n      - run: docker compose up -d\n',
    }
    expect(saidBy('second-operator', files)).toEqual(['fail .github/workflows/d.yml:8'])
  })

  test('follows a script that a unit runs, and does not know one that is not here', () => {
    const script = { 'scripts/up.sh': '#!/bin/sh\ndocker compose up -d\n' }
    expect(saidBy('second-operator', { ...unit('/opt/app/scripts/up.sh'), ...script })).toEqual([
      'fail scripts/up.sh:2',
    ])
    expect(saidBy('second-operator', unit('/opt/app/scripts/up.sh'))).toEqual([
      'unknown deploy/app.service:6',
    ])
  })

  test('knows by the target of a Makefile whom it is for', () => {
    const text = 'up:\n\tdocker compose up -d\n\ndeploy: build\n\t@docker compose up -d\n'
    expect(saidBy('second-operator', { ...compose, Makefile: text })).toEqual(['warn Makefile:5'])
  })

  test('finds an updater among the services', () => {
    const files = {
      'compose.yaml': 'services:\n  api:\n    image: a:1\n  w:\n    image: containrrr/watchtower:1.7\n',
    }
    expect(saidBy('second-operator', files)).toEqual(['fail compose.yaml:5'])
  })

  test('only warns of a script, which runs when somebody runs it', () => {
    expect(saidBy('second-operator', { ...compose, 'scripts/deploy.sh': 'docker compose up -d\n' })).toEqual([
      'warn scripts/deploy.sh:1',
    ])
    expect(saidBy('second-operator', { ...compose, 'scripts/dev.sh': 'docker compose up -d\n' })).toEqual([
      'pass',
    ])
  })
})

describe('certificate-renewal', () => {
  const hook = (command: string): Record<string, string> => ({
    ...compose,
    'ops/crontab': `0 4 * * * root certbot renew --deploy-hook "${command}"\n`,
  })

  test('keeps working while it reloads the proxy by its name', () => {
    expect(saidBy('certificate-renewal', hook('docker exec proxy nginx -s reload'))).toEqual([
      'warn ops/crontab:1',
    ])
    expect(saidBy('certificate-renewal', hook('docker compose exec nginx nginx -s reload'))).toEqual([
      'warn ops/crontab:1',
    ])
  })

  test('breaks where the container it reloads is one of a release', () => {
    expect(saidBy('certificate-renewal', hook('docker restart api'))).toEqual(['fail ops/crontab:1'])
    expect(
      saidBy(
        'certificate-renewal',
        hook('docker exec proxy nginx -s reload'),
        declared({ web: { compose: 'nginx' } }),
      ),
    ).toEqual(['fail ops/crontab:1'])
  })

  test('is unknown where it reloads what nobody here is called, or nothing at all', () => {
    expect(saidBy('certificate-renewal', hook('docker exec edge nginx -s reload'))).toEqual([
      'unknown ops/crontab:1',
    ])
    const mounted = {
      'compose.yaml':
        'services:\n  nginx:\n    image: nginx:1.28\n    volumes:\n      - /etc/letsencrypt/live/a/:/etc/letsencrypt/live/a/:ro\n',
    }
    expect(saidBy('certificate-renewal', mounted)).toEqual(['unknown compose.yaml:5'])
    expect(saidBy('certificate-renewal', compose)).toEqual([])
  })

  test('finds a hook that certbot runs by its folder', () => {
    const files = { ...compose, 'ops/renewal-hooks/deploy/nginx': '#!/bin/sh\ndocker kill -s HUP api\n' }
    expect(saidBy('certificate-renewal', files)).toEqual(['fail ops/renewal-hooks/deploy/nginx:2'])
  })
})

describe('nginx-upstream', () => {
  const conf = (text: string): Record<string, string> => ({ ...compose, 'nginx/conf.d/app.conf': text })

  test.each([
    [
      'proxy_pass to a name',
      'server {\n  location / {\n    proxy_pass http://api:4000;\n  }\n}\n',
      ['fail nginx/conf.d/app.conf:3'],
    ],
    ['an upstream', 'upstream b {\n  server api:4000;\n}\n', ['fail nginx/conf.d/app.conf:2']],
    [
      'an upstream that resolves again',
      'upstream b {\n  zone b 64k;\n  server api:4000 resolve;\n}\n',
      ['pass'],
    ],
    [
      'a variable',
      'resolver 127.0.0.11;\nserver {\n  location / {\n    set $a http://api:4000;\n    proxy_pass $a;\n  }\n}\n',
      ['pass'],
    ],
    ['somebody else', 'server {\n  location / {\n    proxy_pass http://example.com;\n  }\n}\n', ['pass']],
    [
      'an alias of the service in a network',
      'server {\n  location / {\n    proxy_pass http://backend:4000;\n  }\n}\n',
      ['fail nginx/conf.d/app.conf:3'],
    ],
    [
      'a path in a variable, behind a resolver',
      'resolver 127.0.0.11;\nserver {\n  location / {\n    proxy_pass http://api:4000$request_uri;\n  }\n}\n',
      ['pass'],
    ],
    [
      'a path in a variable, with no resolver',
      'server {\n  location / {\n    proxy_pass http://api:4000$request_uri;\n  }\n}\n',
      ['fail nginx/conf.d/app.conf:3'],
    ],
    [
      'an upstream with a path in a variable',
      'resolver 127.0.0.11;\nupstream b {\n  server api:4000;\n}\nserver {\n  location / {\n    proxy_pass http://b$request_uri;\n  }\n}\n',
      ['fail nginx/conf.d/app.conf:3'],
    ],
    [
      'the name of the container',
      'server {\n  location / {\n    proxy_pass http://proxy:80/x;\n  }\n}\n',
      ['fail nginx/conf.d/app.conf:3'],
    ],
  ])('judges %s', (_what, text, said) => {
    expect(saidBy('nginx-upstream', conf(text))).toEqual(said)
  })

  test('warns only where the edge will keep the address', () => {
    expect(
      saidBy('nginx-upstream', conf('upstream b {\n  server api:4000;\n}\n'), declared({ api: {} })),
    ).toEqual(['warn nginx/conf.d/app.conf:2'])
  })

  test.each([
    ['location /api/', '', 'set $to_api api:4000; first in the location, then proxy_pass http://$to_api;'],
    [
      'location /api/',
      '/',
      'set $to_api api:4000; first in the location, rewrite ^/api/(.*)$ /$1 break; after it; then proxy_pass http://$to_api;',
    ],
    [
      'location = /api',
      '/v1/',
      'set $to_api api:4000; first in the location, rewrite the path to /v1/ as well (rewrite ... break;), which a variable does not; then proxy_pass http://$to_api;',
    ],
  ])('keeps the path that %s passes on to %j', (location, uri, fix) => {
    const text = `resolver 127.0.0.11;\nserver {\n  ${location} {\n    proxy_pass http://api:4000${uri};\n  }\n}\n`
    expect(checksOf('nginx-upstream', conf(text))[0]?.fix).toBe(fix)
  })

  const upstream =
    'resolver 127.0.0.11;\nupstream b {\n  server api:4000;\n}\nserver {\n  location /api/ {\n    rewrite ^/api(.*)$ $1 break;\n    proxy_pass http://b;\n  }\n}\n'

  test('is mended with the variable before any rewrite, behind which nginx would not set it', () => {
    const files = conf(upstream)
    const text = applyPatch(upstream, checksOf('nginx-upstream', files)[0]?.patch ?? '')
    expect(text).toContain(
      'location /api/ {\n    set $to_api api:4000;\n    rewrite ^/api(.*)$ $1 break;\n    proxy_pass http://$to_api;\n',
    )
  })

  test.each([
    ['there is no resolver', upstream.replace('resolver 127.0.0.11;\n', '')],
    [
      'the upstream has two servers',
      upstream.replace('  server api:4000;', '  server api:4000;\n  server api:4001;'),
    ],
    [
      'the upstream has more to say',
      upstream.replace('  server api:4000;', '  server api:4000 max_fails=0;'),
    ],
    [
      'its location is one line',
      upstream.replace(/ {2}location[^}]*\}/, '  location /api/ { proxy_pass http://b; }'),
    ],
    ['the path is changed on the way', upstream.replace('http://b;', 'http://b/v1/;')],
    [
      'it stands in no location',
      'resolver 127.0.0.11;\nupstream b {\n  server api:4000;\n}\nserver { proxy_pass http://b; }\n',
    ],
  ])('is left to a person where %s', (_what, text) => {
    expect(checksOf('nginx-upstream', conf(text))[0]).toMatchObject({ status: 'fail', patch: null })
  })
})

test('a health path that nginx answers by itself is told at its line', () => {
  const conf = (inner: string): Record<string, string> => ({
    'nginx.conf': `http {\n  server {\n    location = /healthz {\n      ${inner}\n    }\n  }\n}\n`,
  })
  expect(saidBy('false-health', conf('return 200 "ok";'))).toEqual(['fail nginx.conf:4'])
  expect(saidBy('false-health', conf('proxy_pass http://api;'))).toEqual(['pass'])
  expect(saidBy('false-health', conf('return 301 /;'))).toEqual(['pass'])
})

test('headers that nginx hides or doubles are told, over files that include each other too', () => {
  const files = {
    'nginx/nginx.conf':
      'http {\n  add_header X-Frame-Options DENY;\n  include /etc/nginx/conf.d/*.conf;\n}\n',
    'nginx/conf.d/app.conf':
      'server {\n  add_header Strict-Transport-Security x;\n  location / {\n    add_header A b;\n    proxy_set_header X-Request-ID $http_x_request_id$request_id;\n    proxy_set_header Connection "upgrade";\n  }\n}\n',
  }
  expect(
    checksOf('proxy-headers', files).map(
      ({ line, message }) => `${line} ${message.split(' ').slice(0, 6).join(' ')}`,
    ),
  ).toEqual([
    '5 X-Request-ID is both values in a',
    '6 every request is sent with Connection:',
    '2 add_header here takes away X-Frame-Options of',
    '4 add_header here takes away Strict-Transport-Security of',
  ])
})
