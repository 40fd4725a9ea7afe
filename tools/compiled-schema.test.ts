import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { composeSchema } from '@towpath/domain/project/compose/compose-schema.ts'
import { composeValidator } from '@towpath/domain/project/compose/compose-validator.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { bundle } from './bundle.ts'
import { root } from './step.ts'

/** Prints what the bundled validator says of every value that comes in, one line each. */
const probe = `
import { text } from 'node:stream/consumers'
import { composeValidator } from '${root}/packages/domain/src/project/compose/compose-validator.ts'
const validate = composeValidator()
const said = JSON.parse(await text(process.stdin)).map((value) => (validate(value) ? [] : validate.errors))
process.stdout.write(said.map((errors) => JSON.stringify(errors)).join('\\n'))
`
let folder: string
const bundled = () => join(folder, 'dist/probe.mjs')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'towpath-schema-'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'probe.ts'), probe)
  await bundle({ probe: join(folder, 'probe.ts') }, join(folder, 'dist'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const saidByBundle = (values: readonly unknown[]): string[] => {
  const { stdout, stderr } = spawnSync(process.execPath, [bundled()], {
    input: JSON.stringify(values),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    timeout: 15_000,
  })
  expect(stderr).toBe('')
  return stdout.split('\n')
}

const saidHere = (value: unknown): string => {
  const validate = composeValidator()
  return JSON.stringify(validate(value) ? [] : validate.errors)
}

const web = (keys: object) => ({ services: { web: { image: 'x', ...keys } } })

const wrong = {
  'a key that is not known': web({ prts: [] }),
  'a value of the wrong kind': web({ command: 3, environment: 'text' }),
  'none of several forms': web({ ports: [[1], { target: 80, publish: 1 }] }),
  'the same item twice': web({ group_add: ['A', 'A'], cap_add: [{ a: 1 }, { a: 1 }] }),
  'a key that is missing': web({ volumes: [{ target: '/x' }], env_file: [{ required: true }] }),
  'a word that is not allowed': web({ depends_on: { db: { condition: 'healthy' } } }),
  'a name that does not fit': { services: { 'a b': {} }, networks: { ä: 1 } },
  'no map at all': null,
}

test('the bundle holds the schema of compose files as code: nothing is compiled when it runs', () => {
  const code = readFileSync(bundled(), 'utf8')
  expect(code).not.toContain('new Function')
  expect(code).not.toContain('compileSchema')
})

test('it takes what the schema takes, and says the same of what it refuses', () => {
  const right = web({ ports: ['80:80'], depends_on: { db: { condition: 'service_healthy' } } })
  const said = saidByBundle([right, ...Object.values(wrong)])
  expect(said).toEqual([right, ...Object.values(wrong)].map(saidHere))
  expect(said[0]).toBe('[]')
  expect(Object.keys(wrong).filter((_what, at) => said[at + 1] === '[]')).toEqual([])
})

test('it says the same of anything, error by error, in the same order', () => {
  const { definitions, properties } = composeSchema
  const key = fc.constantFrom(...Object.keys(definitions.service.properties), 'x-note', 'enviroment')
  const leaf = fc.oneof(fc.string({ maxLength: 6 }), fc.integer(), fc.boolean(), fc.constant(null))
  const inner = fc.constantFrom('target', 'type', 'source', 'driver', 'condition', 'a')
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(inner, tie('value'), { maxKeys: 4 }),
    ),
  }))
  const services = fc.dictionary(fc.constantFrom('a', 'b'), fc.dictionary(key, value, { maxKeys: 5 }))
  const others = fc.dictionary(fc.constantFrom(...Object.keys(properties)), value, { maxKeys: 3 })
  // One start of Node for all of them; JSON has no "__proto__" of its own and no -0, nor has YAML as we read it.
  const files = fc
    .sample(fc.tuple(others, services), 300)
    .map(([rest, own]) => JSON.parse(JSON.stringify({ ...rest, services: own })) as unknown)
  expect(saidByBundle(files)).toEqual(files.map(saidHere))
})
