import { describe, expect, test } from 'vitest'

import { findForbidden, findUnused, parseDirection } from './direction.ts'
import { importsOf, roomOf } from './import-graph.ts'

const table = `# The house

## Direction

Words before the table.

| room | may import | packages |
|---|---|---|
| \`domain\` | nothing | \`zod\` |
| \`app\` | \`domain\` | \`node\` |
| \`adapters\` | \`app/ports\`, \`domain\` | anything |
| \`demo\` | anything | anything |

## After
| \`ghost\` | anything | anything |
`
const rules = parseDirection(table)
const forbiddenIn = (file: string, source: string) =>
  findForbidden(rules, importsOf(file, source)).map((finding) => finding.what)

describe('the direction table', () => {
  test('is read from its own section only', () => {
    expect(rules.map((rule) => rule.room)).toEqual(['domain', 'app', 'adapters', 'demo'])
    expect(rules[2]).toEqual({ room: 'adapters', rooms: ['app/ports', 'domain'], packages: 'anything' })
    expect(rules[0]?.rooms).toEqual([])
  })

  test('that is missing is an error, not a pass', () => {
    expect(() => parseDirection('# The house')).toThrow('no heading')
    expect(() => parseDirection('## Direction\n\nno table here\n')).toThrow('no table')
  })

  test('at the end of the page is read too', () => {
    expect(parseDirection('## Direction\n| room | may import |\n|---|---|\n| a | b |')).toHaveLength(1)
  })
})

describe('a file belongs to the room', () => {
  test.each([
    ['packages/app/src/ports/edge.ts', 'app', 'ports/edge.ts'],
    ['packages/cli/bin/towpath.js', 'cli', 'bin/towpath.js'],
    ['demo/main.ts', 'demo', 'main.ts'],
  ])('%s', (file, room, path) => expect(roomOf(file)).toEqual({ room, path }))
})

describe('an import', () => {
  const forms = [
    `import { x } from '@towpath/app/release/cut.ts'`,
    `import type { X } from '@towpath/app/release/cut.ts'`,
    `import '@towpath/app/release/cut.ts'`,
    `export { x } from '@towpath/app/release/cut.ts'`,
    `export * from '@towpath/app/release/cut.ts'`,
    `const x = await import('@towpath/app/release/cut.ts')`,
  ]
  test.each(forms)('against the direction is found when written as %s', (source) => {
    const what = forbiddenIn('packages/adapters/src/edge/haproxy.ts', source)
    expect(what).toEqual([
      'adapters must not import @towpath/app/release/cut.ts (it may import: app/ports, domain)',
    ])
  })

  test('of the one allowed folder of a room passes, and of its namesake beside it does not', () => {
    const file = 'packages/adapters/src/edge/haproxy.ts'
    expect(forbiddenIn(file, `import type { Edge } from '@towpath/app/ports/edge.ts'`)).toEqual([])
    expect(forbiddenIn(file, `import { x } from '@towpath/app/ports-old/edge.ts'`)).toHaveLength(1)
  })

  test('of Node or of an unlisted package is refused to the domain', () => {
    const source = `import { readFile } from 'node:fs/promises'\nimport pg from 'pg'\nimport { z } from 'zod'`
    const what = forbiddenIn('packages/domain/src/gate/gate.ts', source)
    expect(what).toHaveLength(2)
    expect(what.join()).toContain('node:fs/promises')
    expect(what.join()).toContain('pg')
  })

  test('in a test may reach testkit, Node and vitest, but no forbidden room', () => {
    const source = `import { test } from 'vitest'
import { readFileSync } from 'node:fs'
import { aRelease } from '@towpath/testkit/a-release.ts'
import { cut } from '@towpath/app/release/cut.ts'`
    const what = forbiddenIn('packages/domain/src/gate/gate.test.ts', source)
    expect(what).toEqual(['domain must not import @towpath/app/release/cut.ts (it may import: nothing)'])
  })

  test('that walks into another package by path is refused even where the room is allowed', () => {
    const what = forbiddenIn(
      'packages/app/src/release/cut.ts',
      `import { x } from '../../../domain/src/gate.ts'`,
    )
    expect(what).toEqual(['reaches into another package by path: ../../../domain/src/gate.ts'])
  })

  test('of its own room is by relative path', () => {
    expect(forbiddenIn('packages/app/src/release/cut.ts', `import { x } from './plan.ts'`)).toEqual([])
    expect(
      forbiddenIn('packages/app/src/release/cut.ts', `import { x } from '@towpath/app/a.ts'`),
    ).toHaveLength(1)
  })

  test('whose name is computed is refused where the direction is limited', () => {
    expect(forbiddenIn('packages/app/src/x.ts', 'await import(name)')).toHaveLength(1)
    expect(forbiddenIn('demo/x.ts', 'await import(name)')).toEqual([])
  })

  test('from a room without a row is refused', () => {
    expect(forbiddenIn('packages/web/src/x.ts', `import 'react'`)).toEqual([
      'the direction table has no row for web',
    ])
  })

  test('inside a string or a comment is no import', () => {
    expect(forbiddenIn('packages/domain/src/x.ts', `// import 'pg'\nexport const a = "import 'pg'"`)).toEqual(
      [],
    )
  })

  test('names its line', () => {
    expect(importsOf('packages/app/src/x.ts', `\n\nimport { z } from 'zod'`)[0]?.line).toBe(3)
  })
})

test('what the table allows and nobody uses is found', () => {
  const edges = [
    ...importsOf('packages/domain/src/x.ts', `import { z } from 'zod'`),
    ...importsOf('packages/app/src/x.ts', `import { a } from '@towpath/domain/x.ts'`),
    ...importsOf('packages/adapters/src/x.ts', `import { a } from '@towpath/app/ports/edge.ts'`),
  ]
  expect(findUnused(rules, edges).map((finding) => finding.what)).toEqual([
    'the direction table lets app import node, and nothing does',
    'the direction table lets adapters import domain, and nothing does',
  ])
})

test('a file that does not parse is an error, not a file without imports', () => {
  expect(() => importsOf('packages/app/src/x.ts', 'import { from')).toThrow('does not parse')
})
