import { describe, expect, test } from 'vitest'
import { described, describedProblems, describeSample, problemsOf } from '../sample.ts'

/** A service `a` with this line, and a service `b`. */
const withLine = (line: string, more = ''): string =>
  `services:\n  a:\n    image: a\n    ${line}\n  b: {image: b}\n${more}`

describe('what does not fit together is told once, at its place', () => {
  test.each([
    ['networks: [x]', '4:16 the network "x" is not defined'],
    ['network_mode: host\n    networks: [default]', '4:19 network_mode and networks cannot both be given'],
    ['volumes: ["data:/d"]', '4:15 the volume "data" is not defined'],
    ['volumes: [{type: bind, target: /d}]', '4:15 a bind mount needs a source'],
    ['tmpfs: /d\n    volumes: ["./d:/d"]', '5:15 two mounts share the target /d'],
    ['secrets: [s]', '4:15 secrets has no "s"'],
    ['configs: [{source: c}]', '4:15 configs has no "c"'],
    ['models: [m]', '4:14 models has no "m"'],
    ['build: {secrets: [s]}', '4:23 secrets has no "s"'],
    ['depends_on: [c]', '4:18 a depends on c, which the file does not define'],
    ['healthcheck: {test: [curl]}', '4:25 healthcheck.test starts with "curl"'],
    ['build: {dockerfile: x, dockerfile_inline: y}', '4:47 build has both dockerfile and dockerfile_inline'],
    ['platform: x\n    build: {platforms: [y]}', '5:24 build.platforms lacks x, on which the service runs'],
    [
      'build: {additional_contexts: {x: "service:b"}}',
      '4:38 the build context x is service:b, which is not built',
    ],
    ['gpus: [{count: 1, device_ids: [a]}]', '4:12 a device has both count and device_ids'],
    ['ports: [{target: 1, host_ip: x}]', '4:13 "x" is not an IP address'],
    ['ports: [{published: "1"}]', '4:13 a port needs a target'],
    ['develop: {watch: [{path: x, action: sync}]}', '4:23 the watch action sync needs a target'],
    ['scale: 2\n    deploy: {replicas: 3}', '4:12 scale (2) differs from deploy.replicas (3)'],
    ['scale: 2\n    container_name: one', '5:21 2 containers cannot all be called "one"'],
    ['scale: -1', '4:12 "-1" is not a whole number, 0 or more'],
    [
      'cpus: 1\n    deploy: {resources: {limits: {cpus: "2"}}}',
      '5:41 it differs from cpus of the same service',
    ],
    [
      'mem_limit: 1g\n    deploy: {resources: {limits: {cpus: "2"}}}',
      '5:34 it lacks memory, which the service gives as mem_limit',
    ],
  ])('%s', (line, problem) => {
    expect(describedProblems(withLine(line))).toEqual([`compose.yaml:${problem}`])
    expect(problemsOf(withLine(line)).some((told) => told === problem)).toBe(true)
  })

  test.each([
    ['volumes: {v: {external: true, driver: x}}', '6:31 volumes.v is external and cannot say its driver'],
    ['secrets: {s: {}}', '6:11 secrets.s has none of file, environment'],
    ['secrets: {s: {file: a, environment: B}}', '6:11 secrets.s has both file and environment'],
    ['configs: {c: {file: a, content: b}}', '6:11 configs.c has both file and content'],
    ['configs: {c: {name: x}}', '6:11 configs.c has none of file, environment, content'],
  ])('%s', (section, problem) => {
    expect(describedProblems(withLine('user: me', section))).toEqual([`compose.yaml:${problem}`])
  })
})

describe('services whose profiles are off', () => {
  const text = 'services: {a: {image: a, depends_on: [b]}, b: {image: b, profiles: [p], networks: [gone]}}'

  test('are not held against the rest, but must be there for those that need them', () => {
    expect(
      describedProblems('services: {a: {image: a}, b: {image: b, profiles: [p], networks: [gone]}}'),
    ).toEqual([])
    expect(describedProblems(text)).toEqual(['compose.yaml:1:39 a depends on b, whose profile is off'])
    expect(describedProblems(text, { profiles: ['p'] })).toEqual([
      'compose.yaml:1:84 the network "gone" is not defined',
    ])
  })

  test('are turned on by the variable of Docker Compose too', () => {
    const two = 'services: {a: {image: a}, b: {image: b, profiles: [p]}}'
    expect(described(two, { variables: { COMPOSE_PROFILES: 'x, p' } })['services']).toHaveProperty('b')
    expect(described(two)['services']).not.toHaveProperty('b')
    expect(describeSample(two)).toMatchObject({ ok: true, inactive: ['b'], profiles: ['p'] })
  })
})

test('what is wrong in a value is told even where the service is off', () => {
  expect(describedProblems('services: {a: {image: a}, b: {image: b, profiles: [p], mem_limit: 1q}}')).toEqual(
    ['compose.yaml:1:67 "1q" is not a size such as 512m'],
  )
})

describe('both truths: the model is right, and shipping says by name why it cannot', () => {
  test.each([
    ['gpus: all', { gpus: [{ count: -1 }] }, 'gpus of service a cannot be honoured'],
    ['cpu_shares: 3', { cpu_shares: 3 }, 'cpu_shares of service a cannot be honoured'],
    [
      'network_mode: "service:b"',
      { network_mode: 'service:b' },
      'network_mode: service:b cannot be honoured',
    ],
    ['ports: ["80:80/sctp"]', { ports: [{ protocol: 'sctp' }] }, 'is not a port that can be published'],
    ['ports: ["80-90:80"]', { ports: [{ published: '80-90' }] }, 'is not a port that can be published'],
    [
      'volumes: ["./x:/x:rslave"]',
      { volumes: [{ bind: { propagation: 'rslave' } }] },
      'bind.propagation of a mount',
    ],
  ])('%s', (line, model, why) => {
    const description = describeSample(withLine(line))
    expect(description).toMatchObject({ ok: true, model: { services: { a: model } } })
    expect(description.ok && description.unshippable.map(({ message }) => message)).toEqual([
      expect.stringContaining(why),
    ])
  })
})
