import { expect, test } from 'vitest'
import type { ServiceStrategy } from '../../deployment/strategy/strategy.ts'
import type { ComposeService } from '../../project/compose-model.ts'
import { connectionNeed } from './connection-need.ts'

type Config = Parameters<typeof connectionNeed>[0]

interface Told {
  strategy?: ServiceStrategy
  replicas?: number
  connections?: number | null
  environment?: Record<string, string>
  migrates?: boolean
}

function needOf({ strategy, replicas = 1, connections = 10, environment = {}, migrates = false }: Told) {
  const config = {
    services: [{ name: 'api', compose: 'api', connections }],
    jobs: [{ name: 'migrator', migrates }],
    strategy: { services: strategy === undefined ? {} : { api: strategy } },
    database: { url: 'DATABASE', backup: null, ceiling: null },
  } as unknown as Config
  return connectionNeed(config, { services: { api: { replicas, environment } as unknown as ComposeService } })
}

test('a service stands twice, or once where requests wait for it, or once more where replicas roll', () => {
  expect(needOf({}).count).toBe(20)
  expect(needOf({ strategy: { type: 'blue-green' } }).count).toBe(20)
  expect(needOf({ strategy: { type: 'recreate-hold' } }).count).toBe(10)
  expect(needOf({ strategy: { type: 'rolling', atLeastMs: 0, atMostMs: 0 }, replicas: 3 }).count).toBe(40)
})

test('a migrator takes one besides', () => {
  expect(needOf({ migrates: true })).toEqual({ count: 21, sum: '2 x api 10, 1 for migrator', unknown: [] })
})

test.each([
  [{ DATABASE_URL: 'x' }],
  [{ PGHOST: 'db' }],
  [{ STORE: 'postgres://app@db/app' }],
  [{ STORE: 'in DATABASE' }],
])('a service with %j uses the database, and nobody said how many', (environment) => {
  expect(needOf({ connections: null, environment }).unknown).toEqual(['api'])
})

test('a service without a word of the database opens nothing', () => {
  expect(needOf({ connections: null, environment: { PORT: '80' } })).toEqual({
    count: 0,
    sum: 'no pool at all',
    unknown: [],
  })
})
