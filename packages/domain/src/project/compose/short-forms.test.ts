import { describe, expect, test } from 'vitest'
import { modelOf, problemsOf, warningsOf, web, webWith } from './sample.ts'

const port = (hostAddress: string, hostPort: number, containerPort: number, protocol = 'tcp'): object => ({
  hostAddress,
  hostPort,
  containerPort,
  protocol,
})
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
    ['{target: "80", published: "8080", host_ip: 10.0.0.1, protocol: udp, mode: host}', [port('10.0.0.1', 8080, 80, 'udp')]],
    ['{target: 80, published: "", name: http, app_protocol: http}', [port(everywhere, 0, 80)]],
  ])('%s', (text, expected) => {
    expect(web(['ports:', `  - ${text}`]).ports).toEqual(expected)
  })

  test.each(['"0:80"', '"70000:80"', '"a:b"', '"8080:"', '"1.2.3.4.5:1:2"', '"8000-9000:80"', '"9-8:9-8"', '"1:2:3:4:5:6/tcp"', '"80:80/sctp"', '{target: 0}', '"host name:1:2"'])(
    '%s is refused at its place',
    (text) => {
      expect(problemsOf(webWith('ports:', `  - ${text}`))).toEqual([expect.stringMatching(/^5:9 .*is not a port that can be published/)])
    },
  )

  test('a port whose host side the engine chooses is told', () => {
    expect(warningsOf(webWith('ports: ["80"]'))).toEqual([expect.stringMatching(/^4:13 no host port is named/)])
  })

  test('expose takes ports, ranges and protocols', () => {
    expect(web('expose: [80, "81", "82/udp", "90-91"]').expose).toEqual([80, 81, 82, 90, 91])
    expect(problemsOf(webWith('expose: ["http"]'))[0]).toMatch(/is not a port or a range/)
  })
})

describe('volumes', () => {
  const top = '\nvolumes:\n  data: {}\n  named: {name: kept}\n  theirs: {external: true}\n'
  const mounts = (text: string): unknown => modelOf(`${webWith('volumes:', `  - ${text}`)}${top}`).services['web']?.mounts

  test.each([
    ['data:/d', { type: 'volume', source: 'shop_data', target: '/d', readOnly: false }],
    ['named:/d:ro', { type: 'volume', source: 'kept', target: '/d', readOnly: true }],
    ['theirs:/d', { type: 'volume', source: 'theirs', target: '/d', readOnly: false }],
    ['/anonymous', { type: 'volume', source: '', target: '/anonymous', readOnly: false }],
    ['./conf:/c:ro', { type: 'bind', source: '/srv/shop/conf', target: '/c', readOnly: true, createHostPath: true }],
    ['../certs/:/c', { type: 'bind', source: '/srv/certs', target: '/c', readOnly: false, createHostPath: true }],
    ['.:/c', { type: 'bind', source: '/srv/shop', target: '/c', readOnly: false, createHostPath: true }],
    ['/etc/tls/:/c:ro,cached', { type: 'bind', source: '/etc/tls', target: '/c', readOnly: true, createHostPath: true }],
    ['{type: bind, source: ./x, target: /c, read_only: true}', { type: 'bind', source: '/srv/shop/x', target: '/c', readOnly: true, createHostPath: true }],
    ['{type: bind, source: /x, target: /c, bind: {create_host_path: false}}', { type: 'bind', source: '/x', target: '/c', readOnly: false, createHostPath: false }],
    ['{type: volume, source: data, target: /d}', { type: 'volume', source: 'shop_data', target: '/d', readOnly: false }],
    ['{type: volume, target: /d}', { type: 'volume', source: '', target: '/d', readOnly: false }],
    ['{type: tmpfs, target: /t, tmpfs: {size: 64m}}', { type: 'tmpfs', target: '/t', sizeBytes: 67_108_864 }],
    ['{type: tmpfs, target: /t}', { type: 'tmpfs', target: '/t', sizeBytes: null }],
  ])('%s', (text, expected) => {
    expect(mounts(text)).toEqual([expected])
  })

  test.each([
    ['~/x:/c', /home folder/],
    ['unknown:/c', /the volume "unknown" is not defined/],
    ['":/c"', /is not a mount/],
    ['./x:relative', /needs an absolute path in the container/],
    ['./x:/', /needs an absolute path in the container/],
    ['a:b:c:d', /is not a mount/],
    ['./x:/c:rshared', /"rshared" cannot be honoured/],
    ['{type: bind, target: /c}', /needs a source/],
    ['{type: image, source: i, target: /c}', /type "image" cannot be honoured/],
    ['{type: volume, source: data, target: /c, volume: {subpath: x}}', /volume.subpath of a mount cannot be honoured/],
  ])('%s is refused', (text, problem) => {
    expect(problemsOf(`${webWith('volumes:', `  - ${text}`)}${top}`)).toEqual([expect.stringMatching(problem)])
  })

  test('only used volumes are in the model, with labels and options', () => {
    const text = `${webWith('volumes: ["a:/a"]')}\nvolumes: {a: {driver: local, driver_opts: {type: nfs, n: 3}, labels: [k=v]}, b: }\n`
    expect(modelOf(text).volumes).toEqual({
      a: { key: 'a', name: 'shop_a', driver: 'local', external: false, labels: { k: 'v' }, options: { type: 'nfs', n: '3' } },
    })
  })

  test('host paths are mapped by their longest prefix, as written or resolved', () => {
    const pathMap = { '/etc/letsencrypt': '/etc/le-staging', './nginx/conf.d': '/srv/staging/conf', './nginx': 'nginx-staging' }
    const text = webWith('volumes: ["/etc/letsencrypt/live/:/a", "./nginx/conf.d/x:/b", "./nginx:/c", "/etc/letsencrypt2:/d"]')
    const sources = modelOf(text, { pathMap }).services['web']?.mounts.map((mount) => (mount.type === 'bind' ? mount.source : ''))
    expect(sources).toEqual(['/etc/le-staging/live', '/srv/staging/conf/x', '/srv/shop/nginx-staging', '/etc/letsencrypt2'])
  })

  test.each([
    ['tmpfs: /run', [{ type: 'tmpfs', target: '/run', sizeBytes: null }]],
    ['tmpfs: ["/run:size=1m", /tmp]', [{ type: 'tmpfs', target: '/run', sizeBytes: 1_048_576 }, { type: 'tmpfs', target: '/tmp', sizeBytes: null }]],
  ])('%s', (text, expected) => {
    expect(web(text).mounts).toEqual(expected)
  })
})

describe('secrets and configs that are files become read-only mounts; others are refused by name', () => {
  const top = '\nsecrets: {key: {file: ./key.pem}, env: {environment: KEY}, far: {external: true}}\nconfigs: {site: {file: /etc/site.conf}, text: {content: hi}}\n'

  test.each([
    ['secrets: [key]', '/srv/shop/key.pem', '/run/secrets/key'],
    ['secrets: [{source: key, target: other}]', '/srv/shop/key.pem', '/run/secrets/other'],
    ['secrets: [{source: key, target: /etc/key}]', '/srv/shop/key.pem', '/etc/key'],
    ['configs: [site]', '/etc/site.conf', '/site'],
  ])('%s', (line, source, target) => {
    expect(modelOf(webWith(line) + top).services['web']?.mounts).toEqual([{ type: 'bind', source, target, readOnly: true, createHostPath: false }])
  })

  test.each([
    ['secrets: [env]', 'secrets.env is not a file'],
    ['secrets: [far]', 'secrets.far is not a file'],
    ['configs: [text]', 'configs.text is not a file'],
    ['secrets: [none]', 'secrets has no "none"'],
  ])('%s', (line, problem) => {
    expect(problemsOf(webWith(line) + top)).toEqual([expect.stringContaining(problem)])
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
    expect(problemsOf(webWith('command: say "hi'))).toEqual([expect.stringMatching(/^4:14 command has a quote/)])
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
    expect(web('environment: {A: 1, B: "", GIVEN: , TOWPATH_TEST_LEAK: }', sample).environment).toEqual(expected)
    expect(web('environment: ["X=${TOWPATH_TEST_LEAK}"]').environment).toEqual({ X: '' })
    delete process.env['TOWPATH_TEST_LEAK']
  })

  test('a number that YAML respells is told', () => {
    expect(warningsOf(webWith('environment:', '  VERSION: 1.10'))).toEqual(['5:16 VERSION is written 1.10, which YAML reads as the number 1.1'])
  })

  test('depends_on', () => {
    const list = modelOf(webWith('depends_on: [db]') + db)
    expect(list.services['web']?.dependsOn).toEqual({ db: { condition: 'service_started', required: true } })
    const map = modelOf(webWith('depends_on: {db: {condition: service_healthy, required: false}}') + db)
    expect(map.services['web']?.dependsOn).toEqual({ db: { condition: 'service_healthy', required: false } })
    expect(modelOf(webWith('links: [db, "db:db"]') + db).services['web']?.dependsOn).toHaveProperty('db')
    expect(problemsOf(webWith('links: ["db:other"]') + db)).toEqual([expect.stringContaining('link db:other cannot be honoured')])
  })

  test('networks carry the names of the service, its container_name and its aliases', () => {
    const top = '\nnetworks: {front: {}, back: {name: kept, driver: overlay, internal: true, ipam: {config: [{subnet: 10.1.0.0/24, gateway: 10.1.0.1}]}}, theirs: {external: {name: lan}}}\n'
    expect(web('image: a').networks).toEqual({ default: { aliases: ['web'] } })
    const model = modelOf(
      webWith('container_name: site', 'networks: {front: , back: {aliases: [w, web], ipv4_address: 10.1.0.9, priority: 5}, theirs: {}}') + top,
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
    ['network_mode: service:db', 'network_mode: service:db cannot be honoured'],
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

describe('restart, replicas and limits', () => {
  test.each([
    ['restart: "no"', { name: 'no' }],
    ['restart: no', { name: 'no' }],
    ['restart: always', { name: 'always' }],
    ['restart: unless-stopped', { name: 'unless-stopped' }],
    ['restart: on-failure', { name: 'on-failure', retries: 0 }],
    ['restart: on-failure:3', { name: 'on-failure', retries: 3 }],
    ['deploy: {restart_policy: {condition: any}}', { name: 'always' }],
    ['deploy: {restart_policy: {condition: none}}', { name: 'no' }],
    ['deploy: {restart_policy: {condition: on-failure, max_attempts: 2}}', { name: 'on-failure', retries: 2 }],
  ])('%s', (line, expected) => {
    expect(web(line).restart).toEqual(expected)
  })

  test.each([
    ['scale: 3', 3],
    ['deploy: {replicas: 2}', 2],
    ['deploy: {mode: replicated}', 1],
    ['deploy: {replicas: "${N:-4}"}', 4],
  ])('%s', (line, replicas) => {
    expect(web(line).replicas).toBe(replicas)
  })

  test('limits of deploy count like the older keys, and may not contradict them', () => {
    const line = 'deploy: {resources: {limits: {cpus: "0.5", memory: 512M, pids: 99}, reservations: {memory: 64m}}}'
    expect(web(line).settings).toEqual({ cpus: 0.5, memoryBytes: 536_870_912, pidsLimit: 99, memoryReservationBytes: 67_108_864 })
    expect(problemsOf(webWith('cpus: 2', line))).toEqual([expect.stringContaining('it differs from cpus of the same service')])
  })

  test.each([
    ['scale: 2\n    deploy: {replicas: 3}', 'scale (2) differs from deploy.replicas (3)'],
    ['scale: 2\n    container_name: one', '2 containers cannot all be called "one"'],
    ['scale: -1', '"-1" is not a whole number, 0 or more'],
    ['deploy: {mode: global}', 'deploy.mode: global cannot be honoured'],
    ['deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}', 'reservations.devices cannot be honoured'],
    ['restart: sometimes', '"sometimes" is not a restart policy'],
  ])('%s is refused', (line, problem) => {
    expect(problemsOf(webWith(line))).toEqual([expect.stringContaining(problem)])
  })
})

describe('healthchecks', () => {
  const rest = { intervalMs: 30_000, timeoutMs: 30_000, startPeriodMs: 0, retries: 3 }
  test.each([
    ['{test: "curl -f localhost"}', { ...rest, test: ['CMD-SHELL', 'curl -f localhost'] }],
    ['{test: [CMD, curl, -f]}', { ...rest, test: ['CMD', 'curl', '-f'] }],
    ['{test: [NONE]}', { ...rest, test: ['NONE'] }],
    ['{disable: true}', { ...rest, test: ['NONE'] }],
    ['{interval: 1m30s, timeout: 500ms, start_period: 1.5s, retries: "5"}', { test: [], intervalMs: 90_000, timeoutMs: 500, startPeriodMs: 1_500, retries: 5 }],
  ])('%s', (text, expected) => {
    expect(web(`healthcheck: ${text}`).healthcheck).toEqual(expected)
  })

  test('none is none, and what cannot be read is refused', () => {
    expect(web('image: a').healthcheck).toBeNull()
    expect(problemsOf(webWith('healthcheck: {test: [curl, -f]}'))).toEqual([expect.stringContaining('starts with "curl"')])
    expect(problemsOf(webWith('healthcheck: {interval: 5 minutes}'))).toEqual([expect.stringContaining('"5 minutes" is not a duration')])
  })
})

test.each([
  ['user: "1000:1000"', { user: '1000:1000' }],
  ['working_dir: /app', { workingDir: '/app' }],
  ['init: "yes"', { init: true }],
  ['privileged: off', { privileged: false }],
  ['stop_grace_period: 1m', { stopGraceMs: 60_000 }],
  ['shm_size: 2gb', { shmSizeBytes: 2_147_483_648 }],
  ['memswap_limit: -1', { memorySwapBytes: -1 }],
  ['mem_limit: 1048576', { memoryBytes: 1_048_576 }],
  ['dns: 1.1.1.1', { dns: ['1.1.1.1'] }],
  ['dns: [1.1.1.1, 8.8.8.8]', { dns: ['1.1.1.1', '8.8.8.8'] }],
  ['group_add: [docker, 44]', { groupAdd: ['docker', '44'] }],
  ['sysctls: [net.core.somaxconn=1024]', { sysctls: { 'net.core.somaxconn': '1024' } }],
  ['sysctls: {net.core.somaxconn: 1024}', { sysctls: { 'net.core.somaxconn': '1024' } }],
  ['ulimits: {nproc: 65535, nofile: {soft: "20000", hard: 40000}}', { ulimits: [{ name: 'nproc', soft: 65_535, hard: 65_535 }, { name: 'nofile', soft: 20_000, hard: 40_000 }] }],
  ['devices: ["/dev/a", "/dev/b:/dev/c:r", {source: /dev/d, target: /dev/e}]', { devices: [{ host: '/dev/a', container: '/dev/a', permissions: 'rwm' }, { host: '/dev/b', container: '/dev/c', permissions: 'r' }, { host: '/dev/d', container: '/dev/e', permissions: 'rwm' }] }],
  ['logging: {driver: local, options: {max-size: 10m, max-file: 3}}', { logging: { driver: 'local', options: { 'max-size': '10m', 'max-file': '3' } } }],
  ['extra_hosts: ["a:1.2.3.4", "b=5.6.7.8", "c=[::1]", "d:::2", "e:host-gateway"]', { extraHosts: ['a:1.2.3.4', 'b:5.6.7.8', 'c:::1', 'd:::2', 'e:host-gateway'] }],
  ['extra_hosts: {a: 1.2.3.4, b: ["5.6.7.8", "::1"]}', { extraHosts: ['a:1.2.3.4', 'b:5.6.7.8', 'b:::1'] }],
])('%s is passed on', (line, settings) => {
  expect(web(line).settings).toEqual(settings)
})
