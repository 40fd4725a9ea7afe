import composeSpec from 'docker-compose/schema/compose-spec.json' with { type: 'json' }
import { describe, expect, test } from 'vitest'
import { secretPlaceholder } from '../../config/secret-placeholder.ts'
import { problemsOf, warningsOf, web, webWith } from './sample.ts'
import { isKnownKey } from './service-keys.ts'

test('every key the official schema gives a service is read, told or refused', () => {
  const keys = Object.keys(composeSpec.definitions.service.properties)
  expect(keys.length).toBeGreaterThan(80)
  expect(keys.filter((key) => !isKnownKey(key))).toEqual([])
})

test.each([
  'blkio_config: {weight: 300}',
  'cgroup: private',
  'cgroup_parent: x',
  'cpu_shares: 73',
  'cpuset: 0,1',
  'device_cgroup_rules: ["c 1:3 mr"]',
  'external_links: [redis]',
  'gpus: all',
  'mac_address: 02:42:ac:11:65:43',
  'mem_swappiness: 10',
  'oom_kill_disable: true',
  'post_start: [{command: x}]',
  'pre_stop: [{command: x}]',
  'provider: {type: x}',
  'runtime: runc',
  'storage_opt: {size: 1G}',
  'use_api_socket: true',
  'uts: host',
  'volumes_from: ["container:db"]',
])('%s is refused by name and place', (line) => {
  const key = line.split(':')[0]
  expect(problemsOf(webWith(line))).toEqual([`4:5 ${key} of service web cannot be honoured`])
})

test.each([
  'annotations: {a: b}',
  'pull_policy: always',
  'deploy: {update_config: {order: start-first}}',
  'deploy: {restart_policy: {condition: any, delay: 5s}}',
  'healthcheck: {start_interval: 1s}',
])('%s has no effect, which is told', (line) => {
  expect(warningsOf(webWith(line))).toEqual([expect.stringMatching(/has no effect here/)])
})

test('keys of builds and terminals, and notes, pass without a word', () => {
  const lines = ['build: .', 'attach: false', 'develop: {watch: []}', 'x-note: {any: thing}']
  expect(warningsOf(webWith(...lines))).toEqual([])
  expect(web(lines).hasBuild).toBe(true)
})

describe('secrets stay where a container gets them', () => {
  const variables = { S: secretPlaceholder('S') }

  test('they flow into variables, commands, labels and health tests', () => {
    const service = web(
      [
        'environment: {A: "x$S"}',
        'command: [run, "$S"]',
        'labels: {l: "$S"}',
        'healthcheck: {test: "ping $S"}',
      ],
      { variables },
    )
    expect(service).toMatchObject({
      environment: { A: `x${variables.S}` },
      command: ['run', variables.S],
      labels: { l: variables.S },
    })
  })

  test.each([
    'container_name: "$S"',
    'volumes: ["$S:/x"]',
    'expose: ["$S"]',
    'user: "$S"',
    'hostname: "$S"',
    'extra_hosts: ["a:$S"]',
  ])('%s is refused', (line) => {
    const key = line.split(':')[0]
    expect(problemsOf(webWith(line), { variables })).toContainEqual(
      expect.stringContaining(`${key} of service web would hold a secret`),
    )
  })
})
