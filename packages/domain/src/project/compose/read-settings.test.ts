import { describe, expect, test } from 'vitest'
import { problemsOf, web, webWith } from './sample.ts'

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
    [
      'deploy: {restart_policy: {condition: on-failure, max_attempts: 2}}',
      { name: 'on-failure', retries: 2 },
    ],
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
    const line =
      'deploy: {resources: {limits: {cpus: "0.5", memory: 512M, pids: 99}, reservations: {memory: 64m}}}'
    expect(web(line).settings).toEqual({
      cpus: 0.5,
      memoryBytes: 536_870_912,
      pidsLimit: 99,
      memoryReservationBytes: 67_108_864,
    })
    expect(problemsOf(webWith('cpus: 2', line))).toEqual([
      expect.stringContaining('it differs from cpus of the same service'),
    ])
  })

  test.each([
    ['scale: 2\n    deploy: {replicas: 3}', 'scale (2) differs from deploy.replicas (3)'],
    ['scale: 2\n    container_name: one', '2 containers cannot all be called "one"'],
    ['scale: -1', '"-1" is not a whole number, 0 or more'],
    ['deploy: {mode: global}', 'deploy.mode: global cannot be honoured'],
    [
      'deploy: {resources: {reservations: {devices: [{capabilities: [gpu]}]}}}',
      'reservations.devices cannot be honoured',
    ],
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
    [
      '{interval: 1m30s, timeout: 500ms, start_period: 1.5s, retries: "5"}',
      { test: [], intervalMs: 90_000, timeoutMs: 500, startPeriodMs: 1_500, retries: 5 },
    ],
  ])('%s', (text, expected) => {
    expect(web(`healthcheck: ${text}`).healthcheck).toEqual(expected)
  })

  test('none is none, and what cannot be read is refused', () => {
    expect(web([]).healthcheck).toBeNull()
    expect(problemsOf(webWith('healthcheck: {test: [curl, -f]}'))).toEqual([
      expect.stringContaining('starts with "curl"'),
    ])
    expect(problemsOf(webWith('healthcheck: {interval: 5 minutes}'))).toEqual([
      expect.stringContaining('"5 minutes" is not a duration'),
    ])
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
  [
    'ulimits: {nproc: 65535, nofile: {soft: "20000", hard: 40000}}',
    {
      ulimits: [
        { name: 'nproc', soft: 65_535, hard: 65_535 },
        { name: 'nofile', soft: 20_000, hard: 40_000 },
      ],
    },
  ],
  [
    'devices: ["/dev/a", "/dev/b:/dev/c:r", {source: /dev/d, target: /dev/e}]',
    {
      devices: [
        { host: '/dev/a', container: '/dev/a', permissions: 'rwm' },
        { host: '/dev/b', container: '/dev/c', permissions: 'r' },
        { host: '/dev/d', container: '/dev/e', permissions: 'rwm' },
      ],
    },
  ],
  [
    'logging: {driver: local, options: {max-size: 10m, max-file: 3}}',
    { logging: { driver: 'local', options: { 'max-size': '10m', 'max-file': '3' } } },
  ],
  [
    'extra_hosts: ["a:1.2.3.4", "b=5.6.7.8", "c=[::1]", "d:::2", "e:host-gateway"]',
    { extraHosts: ['a:1.2.3.4', 'b:5.6.7.8', 'c:::1', 'd:::2', 'e:host-gateway'] },
  ],
  ['extra_hosts: {a: 1.2.3.4, b: ["5.6.7.8", "::1"]}', { extraHosts: ['a:1.2.3.4', 'b:5.6.7.8', 'b:::1'] }],
])('%s is passed on', (line, settings) => {
  expect(web(line).settings).toEqual(settings)
})
