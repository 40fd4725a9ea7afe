import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_FINDINGS } from './compose/findings.ts'
import { modelOf, problemsOf, readSample, warningsOf, webWith } from './compose/sample.ts'
import { readCompose } from './read-compose.ts'

describe('a whole file', () => {
  test('becomes a model with nothing left to look up', () => {
    expect(modelOf('services: {web: {image: "a:1"}}')).toEqual({
      name: 'shop',
      services: {
        web: {
          name: 'web',
          image: 'a:1',
          hasBuild: false,
          profiles: [],
          containerName: null,
          command: null,
          entrypoint: null,
          environment: {},
          labels: {},
          mounts: [],
          networks: { default: { aliases: ['web'] } },
          networkMode: null,
          ports: [],
          expose: [],
          dependsOn: {},
          restart: { name: 'no' },
          healthcheck: null,
          replicas: 1,
          settings: {},
          line: 1,
        },
      },
      networks: {
        default: {
          key: 'default',
          name: 'shop_default',
          driver: 'bridge',
          internal: false,
          external: false,
          labels: {},
          options: {},
        },
      },
      volumes: {},
    })
  })

  test('tells all its problems at once, each with its place and a next step', () => {
    const reading = readSample(
      webWith(
        'restart: nope',
        'ports: [x]',
        'usr: me',
        'networks: [gone]',
        'gpus: all',
        'command: "${NEEDED:?}"',
      ),
    )
    expect(reading.ok ? [] : reading.problems.map(({ line }) => line)).toEqual([4, 5, 6, 7, 8, 9])
    expect(
      reading.ok || reading.problems.every(({ hint, file }) => hint !== '' && file === 'compose.yaml'),
    ).toBe(true)
  })

  test('of unset variables that only a build asks for is read without a warning: nothing is built here', () => {
    expect(warningsOf(webWith('build: {context: "$X", args: {A: "$Y"}}', 'hostname: "a$Y"'))).toEqual([
      '5:15 the variable Y is not set; it becomes empty',
    ])
  })

  test('of a mount whose variable is unset tells what is missing rather than how to write it', () => {
    const reading = readSample(webWith('volumes: ["$CERT:/app/root.crt:ro"]'))
    expect(reading.ok ? [] : reading.problems.map(({ message, hint }) => [message, hint])).toEqual([
      [
        '":/app/root.crt:ro" is not a mount: nothing stands before the first colon',
        expect.stringContaining('in the settings of the environment'),
      ],
    ])
  })

  test('of unset variables is read, with one warning for each at its first place', () => {
    const text = webWith('environment: {A: "$X", B: "$X", C: "${Y}"}')
    expect(modelOf(text).services['web']?.environment).toEqual({ A: '', B: '', C: '' })
    expect(warningsOf(text)).toEqual([
      '4:22 the variable X is not set; it becomes empty',
      '4:40 the variable Y is not set; it becomes empty',
    ])
  })

  test('names each variable that is not set and has no default', () => {
    const text = webWith('command: "$A ${B:-b}"', 'environment: {C: , D: "$SET$A"}', 'env_file: w.env')
    const reading = readSample(text, { variables: { SET: '' }, project: { 'w.env': 'X=$E' } })
    expect(reading.ok ? reading.unset.toSorted() : reading.problems).toEqual(['A', 'C', 'E'])
  })

  test('knows the name of its project as a variable', () => {
    expect(modelOf(webWith('hostname: $COMPOSE_PROJECT_NAME')).services['web']?.settings.hostname).toBe(
      'shop',
    )
  })

  test('never gets a variable of this process', () => {
    expect(modelOf(webWith('environment: {A: "$PATH$HOME", PWD: }')).services['web']?.environment).toEqual({
      A: '',
    })
  })

  test('under another name than its own is told, because its volumes will be called otherwise', () => {
    expect(warningsOf('name: store\nservices: {web: {image: a}}')).toEqual([
      expect.stringMatching(/^1:7 the file calls the project "store"/),
    ])
  })
})

describe('profiles', () => {
  const text =
    'services: {web: {image: a, depends_on: {tool: {condition: service_started, required: false}}}, tool: {image: b, profiles: [dev, ops]}}'

  test('are off until turned on', () => {
    expect(readSample(text)).toMatchObject({
      ok: true,
      inactive: ['tool'],
      model: { services: { web: { dependsOn: {} } } },
    })
    for (const profile of ['ops', '*'])
      expect(Object.keys(modelOf(text, { profiles: [profile] }).services)).toEqual(['web', 'tool'])
  })

  test('that leave a dependency out are a problem', () => {
    expect(
      problemsOf('services: {web: {image: a, depends_on: [db]}, db: {image: b, profiles: [x]}}'),
    ).toEqual([expect.stringContaining('web depends on db, whose profile is off')])
  })
})

describe('what does not fit together is refused', () => {
  test.each([
    ['services: {}', 'defines no services'],
    ['', 'defines no services'],
    ['services: {web: }', 'services.web must be a map, not empty'],
    ['services: {web: {}}', 'service web has neither an image nor a build'],
    ['services: {web: {image: "$NONE"}}', 'service web has neither an image nor a build'],
    ['services: {web: {image: "Bad Image"}}', '"Bad Image" is not an image'],
    ['services: {web: {image: "--privileged"}}', '"--privileged" is not an image'],
    ['services: {web: {image: a, container_name: "ab c"}}', 'cannot be the name of a container'],
    [
      'services: {web: {image: a, container_name: "!"}}',
      'services.web.container_name must match the pattern',
    ],
    [
      'services: {a: {image: a, container_name: xy}, b: {image: a, container_name: xy}}',
      'a and b both have the container_name "xy"',
    ],
    [
      'services: {a: {image: a, depends_on: [b]}, b: {image: a, depends_on: [c]}, c: {image: a, depends_on: [a]}}',
      'in a circle: a -> b -> c -> a',
    ],
    [
      'services: {a: {image: a, depends_on: [constructor]}}',
      'depends on constructor, which the file does not define',
    ],
    ['services: {a: {image: a, environment: ["=x"]}}', '"=x" has nothing before the "="'],
    ['services: {a: {image: a, environment: ["__proto__=x"]}}', 'cannot be the name of a variable'],
  ])('%s', (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(problem)])
  })

  test.each([
    [{ projectName: 'Shop!' }, 'cannot be the name of a compose project'],
    [{ projectFolder: 'relative' }, 'is not an absolute path'],
  ])('a request of %j', (request, problem) => {
    expect(problemsOf('services: {web: {image: a}}', request)).toEqual([expect.stringContaining(problem)])
  })

  test.each([
    [[], 'no compose file is given'],
    [['../compose.yaml'], 'lies outside the project'],
    [['/etc/compose.yaml'], 'lies outside the project'],
    [Array.from({ length: 21 }, (_, index) => `${index}.yaml`), 'at most 20 are read'],
  ])('files %j', (paths, problem) => {
    const files = paths.map((path) => ({ path, text: 'services: {web: {image: a}}' }))
    const reading = readCompose({
      files,
      variables: new Map(),
      envFile: () => null,
      projectName: 'a',
      projectFolder: '/a',
    })
    expect(reading.ok ? [] : reading.problems.map(({ message }) => message)).toContainEqual(
      expect.stringContaining(problem),
    )
  })
})

describe('hostile files', () => {
  const many = (count: number, line: (index: number) => string): string[] =>
    Array.from({ length: count }, (_, index) => line(index))

  test('a thousand faults are told up to a bound', () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => `bad${index}: 1`)
    expect(problemsOf(webWith(...lines)).length).toBe(MAX_FINDINGS)
  })

  test('control characters of the file never reach a terminal', () => {
    const [problem] = problemsOf('services: {web: {image: "\\x1b[2J\\u202egone"}}')
    expect(problem).toMatch(/is not an image/)
    for (const hidden of ['\u001b', '\u202e']) expect(problem).not.toContain(hidden)
  })

  test('references to a long value, many times, do not fill memory', () => {
    const items = Array.from({ length: 400 }, (_, index) => `A${index}: "$LONG"`).join(', ')
    expect(
      problemsOf(webWith(`environment: {${items}}`), { variables: { LONG: 'x'.repeat(100_000) } })[0],
    ).toMatch(/interpolated texts grow past/)
  })

  test.each([
    [
      'more services than any host runs',
      ['services:', ...many(201, (i) => `  s${i}: {image: a}`)],
      'at most 200 are read',
    ],
    [
      'one large service extended by many',
      [
        `services: {base: {image: a, environment: {${many(2_000, (i) => `A${i}: 1`).join(', ')}}},`,
        ...many(100, (i) => `  s${i}: {extends: base},`),
        '}',
      ],
      'hold more than 100000 values together',
    ],
    [
      'port ranges without end',
      [webWith('ports:', ...many(40, (i) => `  - "127.0.0.${i}:1-100:1-100"`))],
      'publishes more than 2000 ports',
    ],
    [
      'one range of all ports',
      [webWith('ports: ["1-65535:1-65535"]')],
      'is not a port that can be published',
    ],
  ])('%s', (_, lines, problem) => {
    expect(problemsOf(lines.join('\n'))).toEqual([expect.stringContaining(problem)])
  })

  test('an environment file larger than any process could be given', () => {
    const project = { 'a.env': `A=${'x'.repeat(200_000)}` }
    expect(problemsOf(webWith('env_file: a.env'), { project })).toEqual([
      expect.stringContaining('has more than 131072 characters'),
    ])
  })

  test('no text makes it throw, and it always answers with a model or a problem', () => {
    const word = fc.constantFrom(
      'services',
      'web',
      'image',
      'ports',
      'volumes',
      'x',
      '1',
      '$A',
      '${',
      '~',
      '!reset',
      '&a',
      '*a',
      '<<',
      '[',
      ']',
      '{',
      '}',
      ':',
      '-',
      ',',
      '"',
      "'",
      '#',
      '|',
      '\n',
      '\n  ',
      '\t',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const reading = readSample(words.join(' '))
        return reading.ok || reading.problems.length > 0
      }),
      { numRuns: 500 },
    )
  })
})
