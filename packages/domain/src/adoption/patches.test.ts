import { applyPatch } from 'diff'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Check } from './finding.ts'
import { checksOf, lintOf } from './testing/team.ts'
import { changesBetween, plainText } from './proven-edit.ts'
import type { Plain } from './proven-edit.ts'

const path = 'compose.yaml'

/** Ways in which people write the same list of what is waited for. */
const dependsOn = fc
  .record({
    names: fc.uniqueArray(fc.constantFrom('migrator', 'seed-migrate', 'redis', 'db'), { minLength: 1 }),
    style: fc.constantFrom('rows', 'flush', 'flow', 'flow rows', 'map', 'quoted'),
    comment: fc.constantFrom('', ' # [first]'),
  })
  .map(({ names, style, comment }) => {
    const rows = (indent: string, quote: string): string =>
      names.map((name) => `\n${indent}- ${quote}${name}${quote}${comment}`).join('')
    if (style === 'rows') return `depends_on:${comment}${rows('      ', '')}`
    if (style === 'quoted') return `depends_on:${rows('      ', '"')}`
    if (style === 'flush') return `depends_on:${rows('    ', '')}`
    if (style === 'flow') return `depends_on: [${names.join(', ')}]${comment}`
    if (style === 'flow rows') return `depends_on: [\n      ${names.join(',\n      ')}\n    ]`
    return `depends_on:${names.map((name) => `\n      ${name}:\n        condition: service_started${comment}`).join('')}`
  })

const restart = fc.constantFrom('', 'restart: on-failure', 'restart: "on-failure:3"', 'restart: always')
const named = fc.constantFrom('', 'container_name: NAME', 'container_name: NAME # nginx', 'container_name: x')
const settings = fc.constantFrom('', 'environment: {PORT: "${PORT}", URL: "http://x:${PORT:-80}"}')
const image = fc.constantFrom('image: acme/api:1.2', 'image: acme/web:1.2', '<<: *base')

const service = fc
  .record({ image, restart, named, settings, dependsOn: fc.oneof(fc.constant(''), dependsOn) })
  .chain((parts) => fc.shuffledSubarray(Object.values(parts), { minLength: 5 }))

const inBraces = fc.constantFrom(
  '{image: acme/api:1.2, depends_on: [migrator], container_name: b}',
  '{image: acme/api:1.2, depends_on: [redis, migrator], labels: ["[migrator]"]}',
)

const composeText = fc
  .record({
    services: fc.array(service, { minLength: 1, maxLength: 3 }),
    braces: fc.option(inBraces, { nil: null }),
    base: fc.constantFrom(
      'image: acme/api:1.2',
      'image: acme/api:1.2\n  depends_on: [migrator]',
      'image: acme/api:1.2\n  container_name: NAME',
    ),
    end: fc.constantFrom('\n', '\r\n'),
    isEnded: fc.boolean(),
  })
  .map(({ services, braces, base, end, isEnded }) => {
    const own = services.map((rows, at) => {
      const name = `s${at}`
      return [`  ${name}:`, ...rows.filter((row) => row !== '').map((row) => `    ${row}`)]
        .join('\n')
        .replaceAll('NAME', name)
    })
    const text = [
      `x-base: &base\n  ${base}`,
      'services:',
      '  migrator:\n    image: acme/api:1.2\n    command: [migrate]\n    restart: "no"',
      '  seed-migrate:\n    image: acme/other:1.2\n    command: [seed, migrate]\n    restart: "no"',
      '  redis: {image: "redis:8.2", restart: always}',
      '  db: {image: "postgres:18.1", restart: always}',
      ...own,
      ...(braces === null ? [] : [`  braces: ${braces}`]),
    ].join('\n')
    return `${text}${isEnded ? '\n' : ''}`.replaceAll('\n', end)
  })

/** Read by another reader than the one that proves a patch. */
const model = (text: string): Plain => parse(text, { merge: true, version: '1.2' }) as Plain

const said = (text: string): string[] =>
  lintOf({ [path]: text }).checks.map(({ id, message }) => `${id}: ${message}`)

/** What is wrong with one patch; nothing where it does what it is for. */
function wrongWith(text: string, { id, message, patch }: Check, before: readonly string[]): string[] {
  const after = applyPatch(text, patch ?? '')
  if (after === false) return [`does not apply: ${patch}`]
  const changes = changesBetween(model(text), model(after)).map(({ path: at }) => at.join('.'))
  const [subject = ''] = message.split(' ')
  // A default may be missing in any place; the others are about one key of the service that their message begins with.
  const allowed =
    id === 'uneven-default'
      ? /^services\.\w+\.environment\.PORT$/
      : new RegExp(`^services\\.${subject}\\.(depends_on|restart|container_name)(\\.|$)`)
  const left = said(after)
  // One message may be said of several lines.
  const count = (all: readonly string[], start: string): number =>
    all.filter((one) => one.startsWith(start)).length
  return [
    ...(changes.length === 0 ? ['changes nothing'] : []),
    ...changes.filter((at) => !allowed.test(at)).map((at) => `${id} changes ${at}`),
    ...(count(left, `${id}: ${message}`) < count(before, `${id}: ${message}`) ? [] : [`left: ${message}`]),
    ...(count(left, `${id}:`) <= count(before, `${id}:`) ? [] : [`more of ${id} than before`]),
  ]
}

test('a patch takes its finding away, brings no other, and changes nothing else of the compose file', () => {
  const applied = new Set<string>()
  fc.assert(
    fc.property(composeText, (text) => {
      const { checks } = lintOf({ [path]: text })
      const before = checks.map((check) => `${check.id}: ${check.message}`)
      const mending = checks.filter(({ patch }) => patch !== null)
      for (const { id } of mending) applied.add(id)
      expect(mending.flatMap((check) => wrongWith(text, check, before))).toEqual([])
    }),
    { numRuns: 60 },
  )
  expect([...applied].toSorted()).toEqual([
    'container-name',
    'migration-race',
    'restart-policy',
    'uneven-default',
  ])
})

test('all patches as one apply together, and leave nothing that another patch could mend', () => {
  fc.assert(
    fc.property(composeText, (text) => {
      const { patch, checks } = lintOf({ [path]: text })
      if (patch === '') return
      const after = applyPatch(text, patch)
      if (after === false) throw new Error(`does not apply: ${patch}`)
      expect(plainText(after)).not.toBeNull()
      const mended = checks
        .filter((check) => check.patch !== null)
        .map(({ id, message }) => `${id}: ${message}`)
      const left = said(after)
      expect(mended.filter((one) => left.includes(one))).toEqual([])
    }),
    { numRuns: 60 },
  )
})

describe('no patch is offered', () => {
  const compose = (text: string): Record<string, string> => ({ [path]: text })

  test('where an anchor would carry it to another service', () => {
    const files = compose(
      'services:\n  m:\n    image: a:1.2\n    command: migrate\n    restart: "no"\n  api:\n    image: a:1.2\n    depends_on: &wait [m]\n  other:\n    image: b:1.2\n    depends_on: *wait\n',
    )
    const checks = checksOf('migration-race', files)
    expect(checks.map(({ status, patch }) => [status, patch])).toEqual([
      ['fail', null],
      ['fail', null],
    ])
  })

  test('where a line to delete holds more than the name, or is all that a service has', () => {
    const files = compose('services:\n  api: {image: "a:1.2",\n    container_name: api, restart: always}\n')
    expect(checksOf('container-name', files).map(({ patch }) => patch)).toEqual([null])
    const alone = compose(
      'x-b: &b\n  image: a:1.2\n  container_name: api\nservices:\n  api:\n    <<: *b\n  web:\n    <<: *b\n',
    )
    expect(checksOf('container-name', alone).map(({ patch }) => patch)).toEqual([null, null])
  })

  test('where waiting would close a circle', () => {
    const files = compose(
      'services:\n  m:\n    image: a:1.2\n    command: migrate\n    restart: "no"\n    depends_on: [api]\n  api:\n    image: a:1.2\n',
    )
    expect(checksOf('migration-race', files)).toMatchObject([{ status: 'fail', patch: null }])
  })
})
