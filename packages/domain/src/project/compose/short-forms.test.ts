import { describe, expect, test } from 'vitest'
import { modelOf, problemsOf, warningsOf, web, webWith } from './sample.ts'

/** Address, host port, container port and protocol of a published port. */
const port = (...parts: [string, number, number, string?]): object => {
  const [hostAddress, hostPort, containerPort, protocol = 'tcp'] = parts
  return { hostAddress, hostPort, containerPort, protocol }
}
const everywhere = '0.0.0.0'

describe('ports', () => {
  test.each([
    ['"8080:80"', [port(everywhere, 8080, 80)]],
    ['"8080:80/udp"', [port(everywhere, 8080, 80, 'udp')]],
    ['"127.0.0.1:8001:80"', [port('127.0.0.1', 8001, 80)]],
    ['"127.0.0.1:5000-5001:5010-5011"', [port('127.0.0.1', 5000, 5010), port('127.0.0.1', 5001, 5011)]],
    ['"9090-9091:8080-8081"', [port(everywhere, 9090, 8080), port(everywhere, 9091, 8081)]],
    ['"[::1]:6001:6002"', [port('::1', 6001, 6002)]],
    ['"::1:6001:6002"', [port('::1', 6001, 6002)]],
    ['"3000"', [port(everywhere, 0, 3000)]],
    ['3000', [port(everywhere, 0, 3000)]],
    ['"3000-3001"', [port(everywhere, 0, 3000), port(everywhere, 0, 3001)]],
    ['"127.0.0.1::5000"', [port('127.0.0.1', 0, 5000)]],
    ['{target: 80, published: 8080}', [port(everywhere, 8080, 80)]],
    [
      '{target: "80", published: "8080", host_ip: 10.0.0.1, protocol: udp, mode: host}',
      [port('10.0.0.1', 8080, 80, 'udp')],
    ],
    ['{target: 80, published: "", name: http, app_protocol: http}', [port(everywhere, 0, 80)]],
  ])('%s', (text, expected) => {
    expect(web(['ports:', `  - ${text}`]).ports).toEqual(expected)
  })

  test.each([
    '"0:80"',
    '"70000:80"',
    '"a:b"',
    '"8080:"',
    '"1.2.3.4.5:1:2"',
    '"8000-9000:80"',
    '"9-8:9-8"',
    '"1:2:3:4:5:6/tcp"',
    '"80:80/sctp"',
    '{target: 0}',
    '"host name:1:2"',
  ])('%s is refused at its place', (text) => {
    expect(problemsOf(webWith('ports:', `  - ${text}`))).toEqual([
      expect.stringMatching(/^5:9 .*is not a port that can be published/),
    ])
  })

  test('a port whose host side the engine chooses is told', () => {
    expect(warningsOf(webWith('ports: ["80"]'))).toEqual([
      expect.stringMatching(/^4:13 no host port is named/),
    ])
  })

  test('expose takes ports, ranges and protocols', () => {
    expect(web('expose: [80, "81", "82/udp", "90-91"]').expose).toEqual([80, 81, 82, 90, 91])
    expect(problemsOf(webWith('expose: ["http"]'))[0]).toMatch(/is not a port or a range/)
  })
})

describe('commands', () => {
  test.each([
    ['command: ./run --name "a b" \'c d\' e\\ f', ['./run', '--name', 'a b', 'c d', 'e f']],
    ['command: sh -c "echo \\"hi\\" $$HOME"', ['sh', '-c', 'echo "hi" $HOME']],
    ['command: ["a b", c]', ['a b', 'c']],
    ['command: []', []],
    ['command: ""', []],
    ['command:', null],
    ["command: x ''", ['x', '']],
  ])('%s', (line, expected) => {
    expect(web(line).command).toEqual(expected)
  })

  test('an entrypoint is read alike, and an open quote is refused', () => {
    expect(web('entrypoint: /bin/app serve').entrypoint).toEqual(['/bin/app', 'serve'])
    expect(problemsOf(webWith('command: say "hi'))).toEqual([
      expect.stringMatching(/^4:14 command has a quote/),
    ])
  })
})

describe('labels, variables, networks and dependencies have a list and a map form', () => {
  const db = '  db:\n    image: registry.test/db:1\n'

  test('labels', () => {
    expect(web('labels: [a=1, b, "c=x=y"]').labels).toEqual({ a: '1', b: '', c: 'x=y' })
    expect(web('labels: {a: 1, b: true, c: }').labels).toEqual({ a: '1', b: 'true', c: '' })
  })

  test('environment; a name alone is taken from the given variables only', () => {
    process.env['TOWPATH_TEST_LEAK'] = 'leaked'
    const sample = { variables: { GIVEN: 'g' } }
    const expected = { A: '1', B: '', GIVEN: 'g' }
    expect(web('environment: [A=1, B=, GIVEN, TOWPATH_TEST_LEAK]', sample).environment).toEqual(expected)
    expect(web('environment: {A: 1, B: "", GIVEN: , TOWPATH_TEST_LEAK: }', sample).environment).toEqual(
      expected,
    )
    expect(web('environment: ["X=${TOWPATH_TEST_LEAK}"]').environment).toEqual({ X: '' })
    delete process.env['TOWPATH_TEST_LEAK']
  })

  test('a number that YAML respells is told', () => {
    expect(warningsOf(webWith('environment:', '  VERSION: 1.10'))).toEqual([
      '5:16 VERSION is written 1.10, which YAML reads as the number 1.1',
    ])
  })

  test('depends_on', () => {
    const list = modelOf(webWith('depends_on: [db]') + db)
    expect(list.services['web']?.dependsOn).toEqual({ db: { condition: 'service_started', required: true } })
    const map = modelOf(webWith('depends_on: {db: {condition: service_healthy, required: false}}') + db)
    expect(map.services['web']?.dependsOn).toEqual({ db: { condition: 'service_healthy', required: false } })
    expect(modelOf(webWith('links: [db, "db:db"]') + db).services['web']?.dependsOn).toHaveProperty('db')
    expect(problemsOf(webWith('links: ["db:other"]') + db)).toEqual([
      expect.stringContaining('link db:other cannot be honoured'),
    ])
  })

  test('networks carry the names of the service, its container_name and its aliases', () => {
    const top =
      '\nnetworks: {front: {}, back: {name: kept, driver: overlay, internal: true, ipam: {config: [{subnet: 10.1.0.0/24, gateway: 10.1.0.1}]}}, theirs: {external: {name: lan}}}\n'
    expect(web([]).networks).toEqual({ default: { aliases: ['web'] } })
    const model = modelOf(
      webWith(
        'container_name: site',
        'networks: {front: , back: {aliases: [w, web], ipv4_address: 10.1.0.9, priority: 5}, theirs: {}}',
      ) + top,
    )
    expect(Object.entries(model.services['web']?.networks ?? {})).toEqual([
      ['back', { aliases: ['web', 'site', 'w'], address: '10.1.0.9' }],
      ['front', { aliases: ['web', 'site'] }],
      ['theirs', { aliases: ['web', 'site'] }],
    ])
    expect(model.networks).toMatchObject({
      front: { name: 'shop_front', driver: 'bridge', external: false, internal: false },
      back: { name: 'kept', driver: 'overlay', internal: true, subnet: '10.1.0.0/24', gateway: '10.1.0.1' },
      theirs: { name: 'lan', external: true },
    })
    expect(modelOf(webWith('networks: [front]') + top).networks).not.toHaveProperty('back')
  })

  test.each([
    ['network_mode: service:db', 'web depends on db, which the file does not define'],
    ['network_mode: container:db', 'network_mode: container:db cannot be honoured'],
    ['networks: [nowhere]', 'the network "nowhere" is not defined'],
    ['networks: {default: {ipv6_address: "::1"}}', 'ipv6_address of a service'],
    ['depends_on: [nobody]', 'web depends on nobody, which the file does not define'],
  ])('%s is refused', (line, problem) => {
    expect(problemsOf(webWith(line))).toEqual([expect.stringContaining(problem)])
  })

  test('a service in the network of the host is kept, with a warning', () => {
    expect(web('network_mode: host')).toMatchObject({ networkMode: 'host', networks: {} })
    expect(warningsOf(webWith('network_mode: host'))).toEqual([expect.stringMatching(/cannot be switched/)])
  })
})
