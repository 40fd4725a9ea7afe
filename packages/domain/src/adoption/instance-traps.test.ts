import { describe, expect, test } from 'vitest'
import type { DeclaredConfig } from './finding.ts'
import { declared, saidBy } from './testing/team.ts'

const compose = (text: string): Record<string, string> => ({ 'docker-compose.yaml': text })
const api = (more: string): Record<string, string> =>
  compose(`services:\n  api:\n    image: ghcr.io/acme/api:1.2.3\n${more}`)

describe('pool-size', () => {
  const database = '    environment: {DATABASE_URL: "postgres://u:p@db/x"'

  test.each([
    [
      'nobody knows the ceiling',
      `${database}, DB_MAX_CONNECTIONS: 10}\n`,
      {},
      ['unknown docker-compose.yaml:4'],
    ],
    [
      'a comment knows it, and they fit',
      `${database}, DB_MAX_CONNECTIONS: 10} # managed database: limit of 22 connections\n`,
      {},
      ['pass'],
    ],
    [
      'a comment knows it, and they do not',
      `${database}, DB_MAX_CONNECTIONS: 12} # managed database: limit of 22 connections\n`,
      {},
      ['fail docker-compose.yaml:4'],
    ],
    [
      'the URL says the pool',
      '    environment: {DATABASE_URL: "postgres://u:p@db/x?connection_limit=20"} # the database allows 22 connections\n',
      {},
      ['fail docker-compose.yaml:4'],
    ],
    [
      'only the package says it',
      `${database}}\n`,
      { 'Cargo.toml': '[dependencies]\nsqlx = "0.8"\n' },
      ['unknown Cargo.toml:2'],
    ],
    ['there is no database', '    environment: {A: b}\n', {}, []],
  ])('is judged where %s', (...[, more, files, said]) => {
    expect(saidBy('pool-size', { ...api(more), ...files })).toEqual(said)
  })

  test('counts both releases and the migrator, and believes towpath.yaml', () => {
    const files = compose(
      `services:\n  m:\n    image: a:1\n    command: migrate\n    restart: "no"\n  api:\n    image: a:1\n${database}}\n`,
    )
    const config = (connections: number, ceiling: number): DeclaredConfig =>
      declared({ api: { connections }, m: { job: true, migrates: true } }, ceiling)
    expect(saidBy('pool-size', files, config(10, 21))).toEqual(['pass'])
    expect(saidBy('pool-size', files, config(10, 20))).toEqual(['fail towpath.yaml:9'])
  })
})

test('what keeps event streams is not known to be single until towpath.yaml says so', () => {
  const files = { ...api(''), 'src/events.rs': 'use axum::response::sse::Sse;\nfn f() -> Sse<S> {}\n' }
  expect(saidBy('single-instance', files)).toEqual(['unknown src/events.rs:1'])
  expect(saidBy('single-instance', files, declared({ api: { single: true } }))).toEqual(['pass'])
  expect(saidBy('single-instance', api('    # must be single-instance: streams live in memory\n'))).toEqual([
    'unknown docker-compose.yaml:4',
  ])
  expect(saidBy('single-instance', api(''))).toEqual([])
})
