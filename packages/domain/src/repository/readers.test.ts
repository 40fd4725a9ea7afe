import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lintOf } from '../adoption/testing/team.ts'
import { cronLines, unitLines, workflowLines } from './command-line.ts'
import { finalStages, lastOf, readDockerfile } from './dockerfile.ts'
import { kindOfFile } from './file-kind.ts'
import { readManifest } from './manifest.ts'
import { readNginx, walkNginx } from './nginx-conf.ts'
import { childIn, readPlacedYaml, textIn } from './placed-yaml.ts'
import { surveyRepository } from './survey.ts'
import { readWorkflow } from './workflow.ts'
import { settledText, variablesIn } from './written-compose.ts'

describe('YAML with places', () => {
  test('follows aliases and merge keys, and knows the line of each', () => {
    const read = readPlacedYaml('x: &base\n  a: 1\n  b: 2\nservice:\n  <<: *base\n  b: 1.10\n')
    const service = read.ok ? childIn(read.root, 'service') : undefined
    expect([textIn(childIn(service, 'a')), textIn(childIn(service, 'b'))]).toEqual(['1', '1.10'])
    expect([childIn(service, 'a')?.line, childIn(service, 'b')?.line]).toEqual([2, 6])
  })

  test('tells the line of a mistake', () => {
    expect(readPlacedYaml('a: 1\nb: [1\n')).toMatchObject({ ok: false, line: expect.any(Number) })
  })

  test.each([
    [
      'a laugh of aliases',
      `a: &a [x, x]\n${Array.from({ length: 20 }, (_, at) => `b${at}: &b${at} [*${at === 0 ? 'a' : `b${at - 1}`}, *${at === 0 ? 'a' : `b${at - 1}`}]`).join('\n')}`,
    ],
    ['a deep one', '['.repeat(20_000)],
    ['a long one', 'a: b\n'.repeat(200_000)],
  ])('refuses %s', (_what, text) => {
    expect(readPlacedYaml(text).ok).toBe(false)
  })
})

describe('nginx', () => {
  test('reads quotes, comments, variables and blocks with their lines', () => {
    const read = readNginx(
      '# a { comment\nhttp {\n  log_format m \'$a {\'\n    "b;";\n  server { listen ${PORT}; location ~ \\.(env|git)$ { deny all; } }\n}\n',
    )
    expect(read.ok).toBe(true)
    const all = [...walkNginx(read.directives)].map(({ directive: { name, args, line } }) => [
      name,
      args,
      line,
    ])
    expect(all).toEqual([
      ['http', [], 2],
      ['log_format', ['m', '$a {', 'b;'], 3],
      ['server', [], 5],
      ['listen', ['${PORT}'], 5],
      ['location', ['~', '\\.(env|git)$'], 5],
      ['deny', ['all'], 5],
    ])
  })

  test.each([
    ['server {\n  listen 80;\n', 1, 'never closed'],
    ['listen 80\n}\n', 2, 'not ended'],
    ['}\n', 1, 'closes nothing'],
    ['a b\n', 1, 'not ended'],
    ['a {'.repeat(100), 1, 'too deep'],
  ])('tells the line where %j is wrong, and keeps what came before', (text, line, says) => {
    const read = readNginx(text)
    expect(read).toMatchObject({ ok: false, line })
    expect(read.ok ? '' : read.message).toContain(says)
  })
})

describe('a Dockerfile', () => {
  test('gives the start of the stage that is shipped, over stages that stand on each other', () => {
    const file = readDockerfile(
      'Dockerfile',
      'ARG T=3\nFROM alpine:$T AS base\nENTRYPOINT ["/a"]\nFROM rust AS build\nCMD x\nFROM base AS final\nCMD ["b"]\n',
    )
    const chain = file === null ? [] : finalStages(file, null)
    expect(chain.map(({ name }) => name)).toEqual(['final', 'base'])
    expect([lastOf(chain, 'ENTRYPOINT')?.words, lastOf(chain, 'CMD')?.words]).toEqual([['/a'], ['b']])
    expect(file === null ? [] : finalStages(file, 'build').map(({ line }) => line)).toEqual([4])
  })

  test('joins continuation lines and knows the last one', () => {
    const file = readDockerfile('Dockerfile', 'FROM a\nCMD x \\\n  # why\n  y\nUSER z\n')
    expect(lastOf(file === null ? [] : finalStages(file, null), 'CMD')).toMatchObject({
      text: 'x y',
      line: 2,
      lastLine: 4,
    })
  })

  test('that is no file of people is not read', () => {
    expect(readDockerfile('Dockerfile', 'RUN a\n'.repeat(100_000))).toBeNull()
  })
})

describe('a workflow', () => {
  const text =
    'on:\n  push:\n    branches: [main]\njobs:\n  a:\n    runs-on: [self-hosted]\n    steps:\n      - name: one\n        run: |\n          echo 1\n\n          echo 2\n      - run: echo 3\n      - uses: x/ssh@v1\n        with:\n          script: |\n            echo 4\n'

  test('gives each line that it runs, with its place', () => {
    const read = readWorkflow('w.yml', text)
    expect(
      read.ok ? workflowLines(read.workflow).map((line) => [line.line, line.text.trim(), line.isOnHost]) : [],
    ).toEqual([
      [10, 'echo 1', true],
      [12, 'echo 2', true],
      [13, 'echo 3', true],
      [17, 'echo 4', true],
    ])
  })

  test('without jobs is told', () => {
    expect(readWorkflow('w.yml', 'a: 1\n')).toEqual({ ok: false, line: 1, message: 'it has no jobs' })
  })
})

test('units and crontabs give what they run, and nothing else', () => {
  expect(
    unitLines(
      'a.service',
      '[Service]\nExecStartPre=-/bin/a\n#ExecStart=/bin/b\nExecStop=/bin/c\nUser=x\n',
    ).map(({ line, text }) => [line, text]),
  ).toEqual([
    [2, '/bin/a'],
    [4, '/bin/c'],
  ])
  expect(cronLines('crontab', '# a\n\n* * * * * b\n').map(({ line }) => line)).toEqual([3])
})

test.each([
  ['.github/workflows/a.yml', '', 'workflow'],
  ['api/Dockerfile', '', 'dockerfile'],
  ['Dockerfile.prod', '', 'dockerfile'],
  ['api.Dockerfile', '', 'dockerfile'],
  ['ops/cron.d/prune', '', 'cron'],
  ['app.service', '', 'unit'],
  ['nginx/conf.d/a.conf', 'server { }', 'nginx'],
  ['redis.conf', 'maxmemory 1gb', 'other'],
  ['templates/default.conf.template', 'upstream a { server b; }', 'nginx'],
  ['bin/deploy', '#!/bin/bash\n', 'script'],
  ['src/main.rs', '', 'source'],
  ['frontend-package-lock.json', '', 'manifest'],
])('%s, with the text %j, is of the kind %s', (path, text, kind) => {
  expect(kindOfFile(path, text)).toBe(kind)
})

test('manifests of both worlds are read, and what is none is not', () => {
  const cargo = readManifest(
    'Cargo.toml',
    '[workspace]\nmembers = ["a"]\n[workspace.package]\nversion = "1.2.3"\n[dependencies.sea-orm]\nversion = "1"\n',
  )
  expect(cargo).toMatchObject({ version: '1.2.3', versionLine: 4, members: ['a'] })
  expect([...(cargo?.dependencies.keys() ?? [])]).toEqual(['sea-orm'])
  expect(
    readManifest(
      'package-lock.json',
      '{"packages": {"": {"name": "a", "dependencies": {"next": "15.2.4"}}}}',
    )?.dependencies.get('next'),
  ).toBe('15.2.4')
  expect(readManifest('package.json', '[1]')).toMatchObject({ name: null })
  expect(readManifest('Cargo.toml', 'a = = b')).toBeNull()
  expect(readManifest('package.json', '{')).toBeNull()
})

test.each([
  ['Cargo.toml', '\r\n[package]\r\nname = "a"\r\n\r\n  version = "1"\r\n', 5],
  ['Cargo.toml', '[package]\nname = "a"\n', 1],
  ['package.json', '{\n  "x-version": 1,\n\n\t"version" : "1"\n}\n', 4],
  ['frontend-package-lock.json', '{\n  "version": "1",\n  "packages": {"": {\n"version": "2"}}\n}\n', 2],
])('the line of the version in %s, %j, is %i', (path, text, line) => {
  expect(readManifest(path, text)?.versionLine).toBe(line)
})

test('variables of a compose file are found and settled as compose does', () => {
  expect(
    variablesIn('${A} $B ${C:-x} ${D-} $$E ${F:?no} ${G:+y}').map(({ name, fallback }) => [name, fallback]),
  ).toEqual([
    ['A', null],
    ['B', null],
    ['C', 'x'],
    ['D', ''],
    ['F', null],
    ['G', null],
  ])
  expect(variablesIn('${A:-${B-x}} ${C ${D:-').map(({ name, fallback }) => [name, fallback])).toEqual([
    ['A', '${B-x}'],
    ['B', 'x'],
  ])
  expect(settledText('a:${T:-1}$$', new Map())).toBe('a:1$')
  expect(settledText('a:${T:-${U:-1}}', new Map())).toBe('a:1')
  expect(settledText('a:${T', new Map())).toBeNull()
  expect(settledText('a:${T}', new Map())).toBeNull()
})

test('the time that variables take grows with the length of the text alone', () => {
  const timeOf = (count: number): number => {
    const text = '${A:-'.repeat(count)
    const start = performance.now()
    variablesIn(text)
    settledText(text, new Map())
    return performance.now() - start
  }
  const fastest = (count: number): number => Math.min(...Array.from({ length: 5 }, () => timeOf(count)))
  fastest(10_000)
  // Sixteen times the text took 256 times as long once; what is in between leaves room for a busy machine.
  expect(fastest(160_000) / fastest(10_000)).toBeLessThan(100)
})

test('the .env is read by the rules of compose, and what only a shell knows is left out', () => {
  const text = 'A=1\nexport B="two words" # note\nC=${A}x\nD=$NOWHERE\nE=\'$raw\'\nF="a\nb"\n'
  const { variables } = surveyRepository({ texts: new Map([['.env', text]]), left: [] }, null)
  expect([...variables]).toEqual([
    ['A', '1'],
    ['B', 'two words'],
    ['C', '1x'],
    ['E', '$raw'],
    ['F', 'a\nb'],
  ])
})

test('a repository of any texts is linted to its end, and what could not be read is never a pass', () => {
  const paths = [
    'compose.yaml',
    'Dockerfile',
    'nginx.conf',
    '.github/workflows/a.yml',
    'a.service',
    'crontab',
    'package.json',
    'Cargo.toml',
    'a.sh',
    '.env',
    'a.rs',
  ]
  const pieces = fc.constantFrom(
    'services:',
    '\n',
    '  ',
    'a:',
    '- ',
    '{',
    '}',
    '[',
    ']',
    'image: ',
    'depends_on',
    '${A',
    ':-',
    '}',
    'FROM ',
    'CMD ',
    '"',
    "'",
    ';',
    'server ',
    'jobs:',
    'steps:',
    'if: ',
    '&a ',
    '*a',
    '<<: ',
    '\\',
    '#',
    '\u0000',
    '|',
    'é',
  )
  const text = fc.oneof(
    fc.string({ maxLength: 120 }),
    fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...paths), text), (files) => {
      const { checks } = lintOf(files)
      for (const { file, line, status, fix } of checks) {
        expect(status === 'pass').toBe(fix === null)
        if (file === null || line === null) continue
        expect(Object.keys(files)).toContain(file)
        expect(line).toBeGreaterThanOrEqual(1)
        expect(line).toBeLessThanOrEqual((files[file] ?? '').split('\n').length)
      }
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['compose.yaml', 'services:\n  a: {image: x\n'],
  ['nginx.conf', 'server {\n  listen 80;\n'],
  ['.github/workflows/a.yml', 'jobs: 1\n'],
])('a broken %s is unknown at its place', (path, text) => {
  const { checks } = lintOf({ [path]: text })
  expect(checks.filter(({ id }) => id === 'readable')).toEqual([
    expect.objectContaining({ status: 'unknown', file: path }),
  ])
})

test('line ends of Windows change nothing that is said', () => {
  const files: Record<string, string> = {
    'compose.yaml':
      'services:\n  api:\n    image: acme/api:${TAG}\n    environment:\n      DATABASE_URL: postgres://db/x\n      DB_MAX_CONNECTIONS: 15 # the database allows 25 connections\n',
    Dockerfile: 'FROM debian:bullseye\nCMD npm \\\n  start\n',
    'nginx.conf': 'server {\n  location /health {\n    return 200;\n  }\n}\n',
    'app.service': '[Service]\nExecStart=/usr/bin/docker compose up -d\n',
    '.github/workflows/a.yml':
      'on: push\njobs:\n  a:\n    steps:\n      - if: false\n        run: |\n          ssh h docker compose down\n',
  }
  const said = (end: string): string[] =>
    lintOf(
      Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replaceAll('\n', end)])),
    ).checks.map(({ id, status, file, line }) => `${status} ${id} ${file}:${line}`)
  expect(said('\r\n')).toEqual(said('\n'))
})
