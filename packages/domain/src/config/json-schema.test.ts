import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { configJsonSchema } from './json-schema.ts'
import { configReferencePage } from './reference-page.ts'

const repository = join(import.meta.dirname, '../../../..')
const read = (path: string): string => readFileSync(join(repository, path), 'utf8')
const accepts = new Ajv2020({ strict: true, strictTypes: false }).compile(configJsonSchema())

test('the schema that editors use is the one that this version reads files with', () => {
  const wanted = `${JSON.stringify(configJsonSchema(), null, 2)}\n`
  expect(read('docs/reference/towpath.schema.json'), 'run: npm run generate').toBe(wanted)
})

test('the reference page is made from the same schema', () => {
  expect(read('docs/reference/config.md'), 'run: npm run generate').toBe(configReferencePage())
})

test('an editor accepts the example', () => {
  expect(accepts(parse(read('examples/refactor/towpath.yaml')))).toBe(true)
})

const MINIMAL = {
  version: 1,
  project: 'refactor',
  services: { backend: { compose: 'a', image: 'ghcr.io/a/b', health: { path: '/', port: 1 } } },
  environments: { staging: { host: { folder: '/srv' } } },
}

test('an editor lets x- keys be, everywhere', () => {
  const free = {
    ...MINIMAL,
    'x-note': [1],
    services: { ...MINIMAL.services, 'x-old': 1 },
    environments: { 'x-base': {}, staging: { host: { folder: '/srv', 'x-y': null } } },
  }
  expect(accepts(free)).toBe(true)
})

test.each([
  ['an unknown key', { ...MINIMAL, projekt: 'x' }],
  ['another version', { ...MINIMAL, version: 2 }],
  ['a duration without unit', { ...MINIMAL, defaults: { strategy: { drain: 10 } } }],
  ['a path that leaves the project', { ...MINIMAL, compose: '../x' }],
  ['a bad name', { ...MINIMAL, environments: { Staging: {} } }],
])('an editor underlines %s', (_, file) => {
  expect(accepts(file)).toBe(false)
})
