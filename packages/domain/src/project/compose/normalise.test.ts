import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeCompose } from '../describe-compose.ts'
import type { Json } from './model/shape.ts'
import { described, describedProblems } from './sample.ts'

const folder = join(import.meta.dirname, 'goldens')

interface Golden {
  name: string
  model?: Record<string, Json>
}

const models = readdirSync(folder)
  .filter((file) => file.endsWith('.json') && file !== 'newer.json')
  .flatMap((file) =>
    (JSON.parse(readFileSync(join(folder, file), 'utf8')) as Golden[]).flatMap(({ name, model }) =>
      model === undefined ? [] : [[`${file}: ${name}`, model] as const],
    ),
  )

/** Docker Compose prints capitals in the first, and nothing of a build whose keys are empty. */
const cannotBeReadAgain = /blkio_config|"build":\{\}/

/** Docker Compose doubles them itself, so that what it prints can be read. */
const dollarsDoubled = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('$', '$$$$') : value

describe('what was normalised once stays as it is', () => {
  test.each(models.filter(([, model]) => !cannotBeReadAgain.test(JSON.stringify(model))))(
    '%s',
    (_, model) => {
      const again = describeCompose({
        files: [{ path: 'model.json', text: JSON.stringify(model, dollarsDoubled) }],
        variables: new Map(),
        envFile: () => '',
        projectFolder: '/project',
        profiles: ['*'],
      })
      expect(again.ok ? again.model : again.problems).toEqual(model)
    },
  )
})

test('a name says where it comes from only once', () => {
  expect(
    described('name: shop\nservices: {a: {image: a}}\nvolumes: {v: , w: {name: kept}, x: {external: true}}'),
  ).toMatchObject({
    volumes: { v: { name: 'shop_v' }, w: { name: 'kept' }, x: { name: 'x', external: true } },
  })
})

test.each([
  ['links: [b]', { condition: 'service_started', restart: true, required: true }],
  ['network_mode: "service:b"', { condition: 'service_started', restart: true, required: true }],
  ['pid: "service:b"', { condition: 'service_started', restart: true, required: true }],
  ['volumes_from: ["b:ro"]', { condition: 'service_started', required: true }],
  ['depends_on: [b]', { condition: 'service_started', required: true }],
  ['depends_on: {b: {condition: service_healthy}}', { condition: 'service_healthy', required: true }],
])('%s waits for the other', (line, dependency) => {
  expect(described(`services: {a: {image: a, ${line}}, b: {image: b}}`)['services']).toMatchObject({
    a: { depends_on: { b: dependency } },
  })
})

test('a project without any name is told so', () => {
  expect(describedProblems('services: {a: {image: a}}', { projectFolder: '/' })).toEqual([
    expect.stringContaining('"" cannot be the name of a compose project'),
  ])
})
