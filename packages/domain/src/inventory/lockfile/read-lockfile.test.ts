import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Component, Inventory } from '../component.ts'
import { LOCKFILE_LENGTH_MAX } from './lockfile.ts'
import { isLockfile, readLockfile } from './read-lockfile.ts'
import { samples } from './testing/samples.ts'

const inventoryIn = async (path: string, text = samples[path] ?? ''): Promise<Inventory> => {
  const reading = await readLockfile({ path, text })
  if (reading.ok) return reading.inventory
  throw new Error(reading.problems.map(({ message }) => message).join())
}
const shown = ({ name, version, source, presence }: Component): string =>
  [
    `${name} ${version}`,
    ...(source === 'registry' ? [] : [source]),
    ...(presence === 'unknown' ? [] : [presence]),
  ].join(' ')
const componentsIn = async (path: string, text?: string): Promise<string[]> =>
  (await inventoryIn(path, text)).components.map(shown).toSorted()
const pathIn = async (path: string, wanted: string): Promise<string> =>
  (await inventoryIn(path)).components.find(({ name }) => name === wanted)?.path.join(' > ') ?? ''
const problemsIn = async (path: string, text: string): Promise<string[]> => {
  const reading = await readLockfile({ path, text })
  return reading.ok ? [] : reading.problems.map(({ line, message }) => `${line ?? '-'} ${message}`)
}

describe('Cargo.lock', () => {
  test('gives every version of a crate, and says what is no crate of the registry', async () => {
    expect(await componentsIn('Cargo.lock')).toEqual([
      'forked 1.0.0 git',
      'inner 0.1.0 path',
      'private 2.0.0 other-registry',
      'rand 0.7.3',
      'rand 0.8.5',
      'rand_core 0.5.1',
    ])
  })

  test('tells the shortest way from the project, who asks for it, and the line', async () => {
    const { components } = await inventoryIn('Cargo.lock')
    expect(components.find(({ name }) => name === 'rand_core')).toMatchObject({
      path: ['app 0.1.0', 'rand 0.7.3', 'rand_core 0.5.1'],
      requiredBy: [{ name: 'rand', version: '0.7.3' }],
      line: 42,
    })
  })

  test('reads version 1, with [root], sources behind names, and no version', async () => {
    const old = `[root]\nname = "app"\nversion = "0.1.0"\ndependencies = ["a 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)"]\n
[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\n[metadata]\n"checksum a 1.0.0" = "00"\n`
    const { components } = await inventoryIn('Cargo.lock', old)
    expect(components).toMatchObject([{ name: 'a', path: ['app 0.1.0', 'a 1.0.0'], source: 'registry' }])
  })

  test('does not read a version it does not know, nor another file', async () => {
    expect(await problemsIn('Cargo.lock', 'version = 5\n')).toEqual([
      expect.stringContaining('version 5; versions 1 to 4'),
    ])
    expect(await problemsIn('Cargo.lock', '')).toEqual(['- holds no [[package]], so it is no Cargo.lock'])
    expect(await problemsIn('Cargo.lock', 'version = 4\n[[package\n')).toEqual([
      expect.stringMatching(/^2 is no TOML/),
    ])
  })

  test('a package that cannot be read is a gap, never a package less', async () => {
    const { gaps, components } = await inventoryIn(
      'Cargo.lock',
      'version = 3\n[[package]]\nname = "a"\n[[package]]\nname = "b"\nversion = "1.0.0"\n',
    )
    expect(gaps).toEqual([
      { file: 'Cargo.lock', line: 2, message: 'a package has no readable name, version and source' },
    ])
    expect(components).toEqual([])
  })

  test('members of a workspace that ask for each other in a circle still begin ways', async () => {
    const circle = ['x', 'y'].map(
      (name, at) =>
        `[[package]]\nname = "${name}"\nversion = "1.0.0"\ndependencies = ["${['y', 'x'][at]}", "z"]\n`,
    )
    const { components } = await inventoryIn(
      'Cargo.lock',
      `${circle.join('')}[[package]]\nname = "z"\nversion = "1.0.0"\nsource = "sparse+https://index.crates.io/"\n`,
    )
    expect(components.map(({ path }) => path)).toEqual([['x 1.0.0', 'z 1.0.0']])
  })
})

describe('npm', () => {
  const both = ['a 1.2.0', 'b 1.0.9', 'b 2.0.0 dev-only', 'long 2.1.0']

  test('package-lock 3 gives each copy, aliases by their real name, and what only development needs', async () => {
    expect(await componentsIn('package-lock.json')).toEqual([
      ...both.slice(0, 3),
      'g 4.0.0 git',
      'long 2.1.0',
      't 3.0.0 dev-only',
    ])
    const { components } = await inventoryIn('package-lock.json')
    expect(components.find(({ name }) => name === 'long')?.alias).toBe('short')
    expect(components.find(({ name }) => name === 'a')).toMatchObject({
      line: 20,
      requiredBy: [{ name: 'shop', range: '^1.0.0' }],
    })
  })

  test('a copy belongs to the nearest folder above, as Node looks for it', async () => {
    expect(await pathIn('package-lock.json', 'b')).toBe('shop 1.0.0 > a 1.2.0 > b 1.0.9')
    expect(await pathIn('package-lock.json', 'g')).toBe('packages/member 0.0.1 > g 4.0.0')
  })

  test('package-lock 1 reads the same tree', async () => {
    expect(await componentsIn('npm-shrinkwrap.json')).toEqual([
      ...both.slice(0, 3),
      'g git+ssh://git@github.com/x/g.git#abc git',
      'long 2.1.0',
    ])
    expect(await pathIn('npm-shrinkwrap.json', 'b')).toBe('old 1.0.0 > a 1.2.0 > b 1.0.9')
  })

  test('a tree nested without end is refused, not followed', async () => {
    const deep = `{"lockfileVersion":1,${'"dependencies":{"a":{'.repeat(5000)}${'}}'.repeat(5000)}}`
    expect(await problemsIn('package-lock.json', deep)).toEqual(['- is nested too deeply'])
  })

  test('names of JavaScript itself are names like any other', async () => {
    const text =
      '{"lockfileVersion":3,"packages":{"":{"dependencies":{"__proto__":"1","constructor":"1"}},"node_modules/__proto__":{"version":"1.0.0"},"node_modules/constructor":{"version":"1.0.0"}}}'
    expect(await componentsIn('package-lock.json', text)).toEqual(['__proto__ 1.0.0', 'constructor 1.0.0'])
  })

  test.each(['v5/pnpm-lock.yaml', 'v6/pnpm-lock.yaml', 'pnpm-lock.yaml'])(
    '%s is read with its peers left away',
    async (path) => {
      const found = await componentsIn(path)
      expect(found).toEqual(expect.arrayContaining(['@s/t 3.0.0 dev-only', 'a 1.2.0', 'b 1.0.9']))
      expect(await pathIn(path, 'b')).toBe('this project > a 1.2.0 > b 1.0.9')
    },
  )

  test('pnpm knows aliases and repositories', async () => {
    expect(await componentsIn('pnpm-lock.yaml')).toEqual(
      expect.arrayContaining(['g 4.0.0 git', 'long 2.1.0']),
    )
    expect(await componentsIn('v5/pnpm-lock.yaml')).toContain('long 2.1.0')
  })

  test.each(['yarn.lock', 'berry/yarn.lock'])('%s is read with aliases and repositories', async (path) => {
    const found = await componentsIn(path)
    expect(found).toEqual(expect.arrayContaining(['a 1.2.0', 'b 1.0.9', 'g 4.0.0 git', 'long 2.1.0']))
    expect(await pathIn(path, 'b')).toMatch(/ > a 1\.2\.0 > b 1\.0\.9$/)
    expect((await inventoryIn(path)).components.find(({ name }) => name === 'long')?.alias).toBe('short')
  })

  test('a line of yarn.lock that fits nowhere makes it unreadable, with its place', async () => {
    expect(
      await problemsIn('yarn.lock', '# yarn lockfile v1\na@1:\n  version "1.0.0"\n      what "is" "this"\n'),
    ).toEqual(['4 cannot be read at: what "is" "this"'])
    expect(await problemsIn('yarn.lock', '')).toHaveLength(1)
  })

  test('later versions of the formats are refused', async () => {
    expect(await problemsIn('package-lock.json', '{"lockfileVersion":4,"packages":{}}')).toHaveLength(1)
    expect(await problemsIn('pnpm-lock.yaml', "lockfileVersion: '10.0'\n")).toHaveLength(1)
  })
})

describe('Go', () => {
  test('go.mod gives what the build selects, replacements, and Go itself', async () => {
    expect(await componentsIn('go.mod')).toEqual([
      'github.com/a/a 1.2.0',
      'github.com/c/c/v2 2.0.0',
      'github.com/fork/b 1.1.0',
      'github.com/l/local 0.1.0 path',
      'stdlib 1.22.3',
    ])
  })

  test('before go 1.17 the file is not the whole truth, and that is a gap', async () => {
    const { gaps } = await inventoryIn('go.mod', 'module x\ngo 1.16\nrequire a/b v1.0.0\n')
    expect(gaps).toMatchObject([{ line: 2, message: expect.stringContaining('go.sum') }])
  })

  test('go.sum gives what was fetched, not what was only looked at', async () => {
    expect(await componentsIn('go.sum')).toEqual(['github.com/a/a 1.2.0'])
    expect(await problemsIn('go.sum', 'hello\n')).toEqual(['1 this line is no module, version and sum'])
  })
})

describe('Python', () => {
  test('requirements give what is pinned, by its normal name; the rest is a gap with its line', async () => {
    expect(await componentsIn('requirements.txt')).toEqual([
      'django 4.2.1',
      'flask-login 0.6.2',
      'g git+https://example.com/g.git@v1 git',
    ])
    const { gaps } = await inventoryIn('requirements.txt')
    expect(gaps.map(({ line, message }) => `${line} ${message}`)).toEqual([
      '5 requests is not pinned to one version',
      '6 -r other.txt is another file; audit it too',
      '8 -e . is a path or repository of its own, which no advisory names',
    ])
  })

  test.each(['poetry.lock', 'uv.lock'])(
    '%s tells development from the rest, and repositories from the registry',
    async (path) => {
      const found = await componentsIn(path)
      expect(found).toEqual(
        expect.arrayContaining(['django 4.2.1', 'pytest 7.0.0 dev-only', 'forked 1.0 git']),
      )
      expect(await pathIn(path, path === 'uv.lock' ? 'sqlparse' : 'sql-parse')).toMatch(
        /(?:shop 0\.1\.0|this project) > django 4\.2\.1 > sql-?parse 0\.4\.4/,
      )
    },
  )
})

describe('GitHub Actions', () => {
  test('a full tag, or a commit with its tag beside it, is a version; a moving one is a gap', async () => {
    expect(await componentsIn('.github/workflows/ci.yml')).toEqual([
      'actions/cache 4.0.2',
      'actions/checkout 4.1.1',
    ])
    const { gaps } = await inventoryIn('.github/workflows/ci.yml')
    expect(gaps.map(({ line }) => line)).toEqual([7, 8])
  })
})

describe('any lockfile', () => {
  const names = Object.keys(samples)

  test.each(names)('%s is known by its name, and has no gap that nobody meant', async (path) => {
    expect(isLockfile(`some/folder/${path}`)).toBe(true)
    const { components } = await inventoryIn(path)
    expect(components.length).toBeGreaterThan(0)
    for (const { path: way, name } of components) expect(way.at(-1)).toContain(name)
  })

  test.each(names)(
    '%s cut, spoiled or doubled gives problems or an inventory, and never throws',
    async (path) => {
      const text = samples[path] ?? ''
      const spoiled = fc.tuple(
        fc.nat(text.length),
        fc.nat(20),
        fc.oneof(
          fc.string({ maxLength: 6 }),
          fc.constantFrom('"', '{', '[[', '\n', '\0', '&a *a', '__proto__', '\\'),
        ),
      )
      await fc.assert(
        fc.asyncProperty(spoiled, async ([at, taken, put]) => {
          const reading = await readLockfile({ path, text: text.slice(0, at) + put + text.slice(at + taken) })
          const told = reading.ok ? reading.inventory.components : reading.problems
          expect(Array.isArray(told)).toBe(true)
          for (const { line } of told) expect(line === null || line > 0).toBe(true)
        }),
        { numRuns: 150 },
      )
    },
  )

  test.each(names)('%s full of noise gives problems or an inventory, and never throws', async (path) => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        expect(typeof (await readLockfile({ path, text })).ok).toBe('boolean')
      }),
      { numRuns: 60 },
    )
  })

  test.each(names)('%s that is too large is refused before it is looked at', async (path) => {
    const text = { length: LOCKFILE_LENGTH_MAX + 1 } as unknown as string
    expect(await readLockfile({ path, text })).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringContaining('at most') }],
    })
  })

  test('a name that no reader knows is told with those there are', async () => {
    expect(await problemsIn('some.lock', 'x')).toEqual([expect.stringContaining('Cargo.lock')])
    expect(isLockfile('src/lock.ts')).toBe(false)
    expect(isLockfile('my-requirements.txt')).toBe(false)
    for (const path of ['requirements/prod.txt', 'a/dev-requirements.txt', 'requirements-dev.txt'])
      expect(isLockfile(path)).toBe(true)
  })

  const others = [
    'Gemfile.lock',
    'a/composer.lock',
    'Pipfile.lock',
    'bun.lock',
    'bun.lockb',
    'pylock.dev.toml',
  ]
  test.each(others)('%s is known as one that is not read', async (path) => {
    expect(isLockfile(path)).toBe(true)
    expect(await problemsIn(path, '')).toEqual([expect.stringContaining('which is not read')])
  })
})

test('the reference project reads whole, with a line and a way for everything', async (context) => {
  const folder = new URL('../../../../../../shared/data/refactor-platform/', import.meta.url)
  if (!existsSync(folder)) context.skip('shared/data/refactor-platform is not here')
  const read = async (path: string) => inventoryIn(path, readFileSync(new URL(path, folder), 'utf8'))
  const cargo = await read('Cargo.lock')
  const npm = await read('frontend-package-lock.json')
  expect([cargo.components.length, npm.components.length]).toEqual([441, 666])
  for (const { components, gaps } of [cargo, npm]) {
    expect(gaps).toEqual([])
    expect(components.filter(({ line }) => line === null)).toEqual([])
    expect(components.filter(({ path }) => path.length < 2)).toEqual([])
  }
  expect(npm.components.filter(({ presence }) => presence === 'dev-only')).toHaveLength(260)
})
