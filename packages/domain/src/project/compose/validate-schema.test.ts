import { describe, expect, test } from 'vitest'
import { problemsOf, readSample, webWith } from './sample.ts'

describe('what the official schema refuses is told where it is, in plain words', () => {
  test.each([
    ['prts: []', '4:5 services.web has no key "prts" in the compose specification'],
    ['command: 3', '4:14 services.web.command must be empty or text or a list, not a number'],
    ['environment: text', '4:18 services.web.environment must be a map or a list, not text'],
    [
      'environment: {A: [x]}',
      '4:22 services.web.environment.A must be text or a number or true or false or empty, not a list',
    ],
    ['ports: {a: 1}', '4:12 services.web.ports must be a list, not a map'],
    ['ports: [[1]]', '4:13 services.web.ports.0 must be a number or text or a map, not a list'],
    [
      'ports: [{target: 80, publish: 1}]',
      '4:26 services.web.ports.0 has no key "publish" in the compose specification',
    ],
    ['group_add: [A, A]', '4:16 services.web.group_add holds the same item twice'],
    ['volumes: [{target: /x}]', '4:15 services.web.volumes.0 lacks the key "type"'],
    ['env_file: [{required: true}]', '4:16 services.web.env_file.0 lacks the key "path"'],
    ['healthcheck: {test: {a: b}}', '4:25 services.web.healthcheck.test must be text or a list, not a map'],
    [
      'networks: {default: {alias: [x]}}',
      '4:26 services.web.networks.default has no key "alias" in the compose specification',
    ],
  ])('%s', (line, problem) => {
    expect(problemsOf(webWith(line))).toContainEqual(problem)
  })

  test('sections, services and conditions', () => {
    expect(problemsOf('servces: {}\n')).toContainEqual(
      '1:1 the file has no key "servces" in the compose specification',
    )
    expect(problemsOf('services: {"a b": {image: x}}\n')).toContainEqual(
      '1:12 services has no key "a b" in the compose specification',
    )
    const text = webWith('depends_on: {db: {condition: healthy}}')
    expect(problemsOf(text)).toContainEqual(
      '4:34 services.web.depends_on.db.condition must be one of service_started, service_healthy, service_completed_successfully',
    )
  })

  test('a near miss is answered with what was meant', () => {
    const reading = readSample(
      webWith('enviroment: {}', 'zzzzzz: 1', 'depends_on: {db: {condition: service_heathy}}'),
    )
    const hints = reading.ok ? [] : reading.problems.map(({ hint }) => hint)
    expect(hints).toContain('Did you mean "environment"?')
    expect(hints).toContain('Did you mean "service_healthy"?')
    expect(hints.some((hint) => hint.startsWith('Remove it'))).toBe(true)
  })
})
