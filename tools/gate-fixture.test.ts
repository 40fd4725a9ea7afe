import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const patch = join(import.meta.dirname, 'fixtures', 'add-a-gate.patch')
let copy = ''

/** The house without what it built, with its own links to its own rooms. */
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'towpath-gate-'))
  for (const part of ['packages', 'tools', 'docs', 'package.json', 'ARCHITECTURE.md'])
    cpSync(join(root, part), join(copy, part), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    })
  const modules = join(copy, 'node_modules')
  mkdirSync(join(modules, '@towpath'), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules')).filter((entry) => entry !== '@towpath'))
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  for (const name of readdirSync(join(root, 'packages'))) {
    symlinkSync(join(copy, 'packages', name), join(modules, '@towpath', name))
    const own = join(root, 'packages', name, 'node_modules')
    if (existsSync(own)) symlinkSync(own, join(copy, 'packages', name, 'node_modules'))
  }
  execFileSync('git', ['init', '-q'], { cwd: copy })
  execFileSync('git', ['apply', '--whitespace=nowarn', patch], { cwd: copy })
})

afterAll(() => rmSync(copy, { recursive: true, force: true }))

const run = (...argv: string[]): string =>
  execFileSync(process.execPath, argv, { cwd: copy, encoding: 'utf8' })

describe('a gate that a newcomer adds', () => {
  it('takes three files at most', () => {
    const files = readFileSync(patch, 'utf8').match(/^diff --git /gm) ?? []
    expect(files.length).toBeGreaterThan(0)
    expect(files.length).toBeLessThanOrEqual(3)
  })

  it('is in the checklist, asked and explained like the others', () => {
    const asked = run(
      '--input-type=module',
      '--eval',
      "import { gates } from '@towpath/domain/gate/gates.ts'; console.log(gates.map((gate) => gate.name).join())",
    )
    expect(asked).toContain('quiet-hours')
  })

  it('is in the API and in the docs once they are generated again', () => {
    run('tools/reference-pages.ts')
    run('packages/server/src/openapi.ts')
    expect(readFileSync(join(copy, 'docs/reference/gates.md'), 'utf8')).toContain('| `quiet-hours` |')
    expect(readFileSync(join(copy, 'packages/server/openapi.json'), 'utf8')).toContain('quiet-hours')
  })
})
