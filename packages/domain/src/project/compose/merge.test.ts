import { describe, expect, test } from 'vitest'
import { modelOf, problemsOf, readSample, webWith } from './sample.ts'

/** The service `web` of a base with override files laid over it. */
const merged = (base: readonly string[], ...overrides: readonly string[]): unknown => {
  const first = `${webWith(...base)}\nvolumes: {da: , db: }\n`
  return modelOf([first, ...overrides.map((line) => `services:\n  web:\n    ${line}\n`)]).services['web']
}

describe('a second file is laid over the first as the specification says', () => {
  test.each([
    ['scalars are replaced', ['user: a'], 'user: b', { settings: { user: 'b' } }],
    [
      'maps and lists of variables merge',
      ['environment: [A=1, B=1]'],
      'environment: {B: 2, C: 3}',
      { environment: { A: '1', B: '2', C: '3' } },
    ],
    ['labels merge', ['labels: {a: 1}'], 'labels: [a=2, b=3]', { labels: { a: '2', b: '3' } }],
    ['commands are replaced', ['command: [a, b]'], 'command: c', { command: ['c'] }],
    [
      'health tests are replaced',
      ['healthcheck: {test: [CMD, a], retries: 9}'],
      'healthcheck: {test: [CMD, b]}',
      { healthcheck: { test: ['CMD', 'b'], retries: 9 } },
    ],
    [
      'ports are added',
      ['ports: ["1:1"]'],
      'ports: ["2:2", "1:1"]',
      { ports: [{ hostPort: 1 }, { hostPort: 2 }] },
    ],
    [
      'mounts of one target are replaced',
      ['volumes: ["da:/x", "da:/y"]'],
      'volumes: ["db:/x", {type: tmpfs, target: /y}]',
      {
        mounts: [
          { source: 'shop_db', target: '/x' },
          { type: 'tmpfs', target: '/y' },
        ],
      },
    ],
    [
      'single texts and lists append',
      ['dns: 1.1.1.1'],
      'dns: [8.8.8.8, 1.1.1.1]',
      { settings: { dns: ['1.1.1.1', '8.8.8.8'] } },
    ],
    [
      'logging of another driver is replaced',
      ['logging: {driver: local, options: {a: b}}'],
      'logging: {driver: journald}',
      { settings: { logging: { driver: 'journald', options: {} } } },
    ],
    [
      'logging of the same driver merges',
      ['logging: {driver: local, options: {a: b}}'],
      'logging: {options: {c: d}}',
      { settings: { logging: { driver: 'local', options: { a: 'b', c: 'd' } } } },
    ],
    [
      'ulimits of another form are replaced',
      ['ulimits: {nofile: 10}'],
      'ulimits: {nofile: {soft: 1, hard: 2}}',
      { settings: { ulimits: [{ name: 'nofile', soft: 1, hard: 2 }] } },
    ],
    [
      'networks merge',
      ['networks: [default]'],
      'networks: {default: {aliases: [x]}}',
      { networks: { default: { aliases: ['web', 'x'] } } },
    ],
    [
      'an empty override of a map changes nothing',
      ['networks: {default: {aliases: [x]}}'],
      'networks: {default: }',
      { networks: { default: { aliases: ['web', 'x'] } } },
    ],
    ['!reset takes a list away', ['ports: ["1:1"]'], 'ports: !reset []', { ports: [] }],
    [
      '!reset takes one variable away',
      ['environment: {A: 1, B: 2}'],
      'environment: {A: !reset null}',
      { environment: { B: '2' } },
    ],
    [
      '!override replaces a list',
      ['ports: ["1:1"]'],
      'ports: !override ["2:2"]',
      { ports: [{ hostPort: 2 }] },
    ],
  ])('%s', (...row) => {
    const [, base, override, expected] = row
    expect(merged(base, override)).toMatchObject(expected)
  })

  test('!reset and !override leave nothing of the first file behind', () => {
    expect(merged(['ports: ["1:1"]'], 'ports: !override ["2:2"]')).toHaveProperty('ports.length', 1)
    expect(merged(['environment: {A: 1}'], 'environment: !reset {}')).toHaveProperty('environment', {})
  })

  test('later files win over earlier ones, and may add services', () => {
    const texts = [
      'services: {web: {image: a:1}}',
      'services: {web: {image: a:2}, db: {image: b:1}}',
      'services: {web: {image: a:3}}',
    ]
    const { services } = modelOf(texts)
    expect(services).toMatchObject({ web: { image: 'a:3' }, db: { image: 'b:1' } })
  })

  test('problems name the file and line they come from, of all files at once', () => {
    const reading = readSample([
      webWith('restart: nope'),
      'services:\n  web:\n    ports: ["x"]\n    usr: me\n',
    ])
    expect(reading.ok ? [] : reading.problems.map(({ file, line }) => `${file}:${line}`)).toEqual([
      'compose.yaml:4',
      'override-1.yaml:3',
      'override-1.yaml:4',
    ])
  })
})

describe('extends', () => {
  test('takes another service of the file and lays its own over it', () => {
    const text = `
services:
  base: {image: "a:1", environment: {A: 1, B: 1}, command: [x], profiles: [never]}
  middle: {extends: base, environment: {B: 2}}
  web: {extends: {service: middle}, command: [y], profiles: !override []}
`
    expect(modelOf(text).services).toMatchObject({
      web: { image: 'a:1', environment: { A: '1', B: '2' }, command: ['y'] },
    })
  })

  test('takes a service of another file, whose relative paths stay its own', () => {
    const project = {
      'shared/base.yaml':
        'services: {app: {image: "a:${V}", volumes: ["./x:/x", "../y:/y"], env_file: app.env}}',
      'shared/app.env': 'FROM=file\n',
    }
    const text = 'services: {web: {extends: {file: shared/base.yaml, service: app}}}'
    expect(modelOf(text, { project, variables: { V: '7' } }).services['web']).toMatchObject({
      image: 'a:7',
      mounts: [{ source: '/srv/shop/shared/x' }, { source: '/srv/shop/y' }],
      environment: { FROM: 'file' },
    })
  })

  test.each([
    ['itself', 'services: {web: {image: a, extends: web}}', /extend each other in a circle/],
    [
      'a circle',
      'services: {web: {image: a, extends: b}, b: {image: a, extends: web}}',
      /extend each other in a circle/,
    ],
    [
      'nobody',
      'services: {web: {image: a, extends: nobody}}',
      /compose.yaml has no service "nobody" to extend/,
    ],
    [
      'an unknown file',
      'services: {web: {image: a, extends: {file: x.yaml, service: a}}}',
      /the file "x.yaml" does not exist/,
    ],
    [
      'a file outside',
      'services: {web: {image: a, extends: {file: ../../etc/x.yaml, service: a}}}',
      /the file "..\/..\/etc\/x.yaml" does not exist in the project/,
    ],
    [
      'an absolute file',
      'services: {web: {image: a, extends: {file: /etc/x.yaml, service: a}}}',
      /does not exist in the project/,
    ],
  ])('%s is refused', (_, text, problem) => {
    expect(
      problemsOf(text, {
        project: {
          '../../etc/x.yaml': 'services: {a: {image: a}}',
          '/etc/x.yaml': 'services: {a: {image: a}}',
        },
      })[0],
    ).toMatch(problem)
  })
})

describe('include', () => {
  const project = {
    'db.yaml': 'services: {db: {image: "d:1", volumes: ["data:/d"]}}\nvolumes: {data: }',
    'loop.yaml': 'include: [loop.yaml]\nservices: {x: {image: a}}',
  }
  const webText = 'services: {web: {image: a, depends_on: [db]}}'

  test.each([
    'include: [db.yaml]',
    'include: [./db.yaml]',
    'include: [{path: db.yaml}]',
    'include: [{path: [db.yaml]}]',
  ])('%s adds what the file defines', (line) => {
    const model = modelOf(`${line}\n${webText}`, { project })
    expect(Object.keys(model.services)).toEqual(['db', 'web'])
    expect(model.volumes).toHaveProperty('data.name', 'shop_data')
  })

  test.each([
    ['include: [sub/db.yaml]', /the file "sub\/db.yaml" does not exist/],
    ['include: [{path: [db.yaml, b.yaml]}]', /the file "b.yaml" does not exist/],
    ['include: [{path: db.yaml, env_file: no.env}]', /the file "no.env" does not exist/],
    ['include: [../db.yaml]', /the file "..\/db.yaml" does not exist/],
    ['include: ["https://example.test/compose.yaml"]', /cannot be honoured/],
    ['include: [none.yaml]', /the file "none.yaml" does not exist/],
    ['include: [loop.yaml]', /includes itself/],
  ])('%s is refused', (line, problem) => {
    expect(problemsOf(`${line}\nservices: {web: {image: a}}`, { project })[0]).toMatch(problem)
  })

  test('what both define is laid over the included', () => {
    const model = modelOf('include: [db.yaml]\nservices: {db: {image: "a:2"}}', { project })
    expect(model.services['db']).toMatchObject({ image: 'a:2', mounts: [{ target: '/d' }] })
  })
})
