import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { renderAutoMerge } from './dependabot-auto-merge.ts'
import { renderDependabot } from './dependabot-config.ts'
import { renderRenovate } from './renovate-config.ts'
import { updateKinds } from './update-kind.ts'

/** Every kind there is, so that every word that is ever written is looked at. */
const targets = updateKinds.map((kind) => ({
  kind,
  folders: ['/', `/${kind.name}`],
  managers: kind.files.length === 0 ? ['dockerfile'] : kind.files.map(({ renovate }) => renovate),
}))

const dependabot: unknown = parse(renderDependabot(targets, ['alice']) ?? '')
const workflow: unknown = parse(renderAutoMerge(targets) ?? '')
const renovate: unknown = JSON.parse(renderRenovate(targets, ['alice', 'team:platform']) ?? '')

/**
 * Rules of the published schemas for every key that is written here, in words of our own: what is not in them is refused.
 * The schemas themselves are in no small package of npm.
 */
const dependabotRules = {
  type: 'object',
  additionalProperties: false,
  required: ['version', 'updates'],
  properties: {
    version: { const: 2 },
    updates: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['package-ecosystem', 'directories', 'schedule'],
        properties: {
          'package-ecosystem': {
            enum: [
              ...[
                'bun',
                'bundler',
                'cargo',
                'composer',
                'deno',
                'docker',
                'docker-compose',
                'github-actions',
              ],
              ...['gitsubmodule', 'gomod', 'gradle', 'helm', 'maven', 'mix', 'npm', 'nuget', 'pip', 'pub'],
              ...['swift', 'terraform', 'uv'],
            ],
          },
          directories: {
            type: 'array',
            minItems: 1,
            uniqueItems: true,
            items: { type: 'string', pattern: '^/' },
          },
          schedule: {
            type: 'object',
            additionalProperties: false,
            properties: { interval: { const: 'weekly' }, day: { const: 'monday' } },
          },
          'open-pull-requests-limit': { type: 'integer', minimum: 0 },
          labels: { type: 'array', items: { type: 'string' } },
          assignees: { type: 'array', items: { type: 'string', pattern: '^[^/:]+$' } },
          cooldown: {
            type: 'object',
            additionalProperties: false,
            properties: {
              'default-days': { type: 'integer', minimum: 1, maximum: 90 },
              'semver-patch-days': { type: 'integer', minimum: 0, maximum: 90 },
            },
          },
          groups: {
            type: 'object',
            additionalProperties: {
              type: 'object',
              additionalProperties: false,
              properties: {
                'applies-to': { enum: ['version-updates', 'security-updates'] },
                patterns: { type: 'array', minItems: 1, items: { type: 'string' } },
                'update-types': {
                  type: 'array',
                  minItems: 1,
                  items: { enum: ['major', 'minor', 'patch'] },
                },
              },
            },
          },
        },
      },
    },
  },
}

/** Compiled once for all its documents: Renovate's schema alone takes many seconds. */
const faultsBy = (schema: object): ((document: unknown) => string[]) => {
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema)
  return (document) =>
    validate(document)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

test('dependabot.yml keeps to the rules of its schema, whatever kinds there are', () => {
  const faultsIn = faultsBy(dependabotRules)
  expect(faultsIn(dependabot)).toEqual([])
  expect(faultsIn({ version: 2, updates: [{ 'package-ecosystem': 'x' }] })).not.toEqual([])
})

const published = process.env['TOWPATH_SCHEMAS']
describe.skipIf(published === undefined)(
  'against the published schemas (skipped unless TOWPATH_SCHEMAS names a folder with them)',
  () => {
    const schema = (name: string): object =>
      JSON.parse(readFileSync(join(published ?? '', name), 'utf8')) as object
    const documents: [string, unknown, unknown][] = [
      ['dependabot.json', dependabot, { version: 2, updates: [{ 'package-ecosystem': 'x' }] }],
      ['github-workflows.json', workflow, { on: 'push', jobs: 3 }],
      ['renovate.json', renovate, { schedule: 3 }],
    ]
    test.each(documents)(
      '%s takes what is written, and not what is wrong',
      (name, written, wrong) => {
        const faultsIn = faultsBy(schema(name))
        expect(faultsIn(written)).toEqual([])
        expect(faultsIn(wrong)).not.toEqual([])
      },
      120_000,
    )
  },
)
