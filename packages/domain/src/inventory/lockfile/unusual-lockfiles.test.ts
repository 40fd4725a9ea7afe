import { describe, expect, test } from 'vitest'
import { ENTRIES_MAX } from './lockfile.ts'
import { readLockfile } from './read-lockfile.ts'

describe('what tools also write', () => {
  const rows: [string, string, string, string[]][] = [
    [
      'npm, of a repository without a version',
      'package-lock.json',
      '{"lockfileVersion":2,"packages":{"node_modules/g":{"resolved":"git+ssh://git@github.com/x/g.git#c2b377e"}}}',
      ['g c2b377e git'],
    ],
    [
      'pnpm 9, of a repository that is named in the key',
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\npackages:\n  '@s/g@https://codeload.github.com/x/g/tar.gz/abc':\n    resolution: {tarball: https://codeload.github.com/x/g/tar.gz/abc}\n    version: 6.0.1\nsnapshots:\n  '@s/g@https://codeload.github.com/x/g/tar.gz/abc': {}\n",
      ['@s/g 6.0.1 git'],
    ],
    [
      'pnpm 5, with the host of another registry in front',
      'pnpm-lock.yaml',
      'lockfileVersion: 5.4\npackages:\n  example.com/@s/a/1.2.0_b@2.0.0:\n    resolution: {integrity: sha512-x}\n',
      ['@s/a 1.2.0'],
    ],
    [
      'yarn 1, with every word in quotes',
      'yarn.lock',
      '# yarn lockfile v1\na@^1:\n  "version" "1.0.0"\n  "dependencies":\n    "b" "^1"\nb@^1:\n  "version" "1.1.0"\n',
      ['a 1.0.0', 'b 1.1.0'],
    ],
    [
      'pip, with options behind a requirement',
      'requirements.txt',
      'a == 1.2 --global-option="--no-user-cfg"\n',
      ['a 1.2'],
    ],
    [
      'pip, with a comment that ends in a backslash',
      'requirements.txt',
      '# see: C:\\\na==1.2\nb==1.3 # why \\\nc==1.4\nd==\\\n  1.5 \\\n# e==1.6 \\\nf==1.7\n',
      ['a 1.2', 'b 1.3', 'c 1.4', 'd 1.5', 'f 1.7'],
    ],
    [
      'pip, with every end of a line that Python knows',
      'requirements.txt',
      '# x\ra==1\r\n# x\u2028b==2\f# x\u0085c==3\vd==4\n',
      ['a 1', 'b 2', 'c 3', 'd 4'],
    ],
    [
      'Go, without a space before what is in parentheses, and the toolchain that is left to the file',
      'go.mod',
      'module x\ngo 1.22\ntoolchain default\nrequire(\n\ta.b/c v1.0.0\n)\nexclude()\nrequire d.e/f v1.1.0\n',
      ['a.b/c 1.0.0', 'd.e/f 1.1.0', 'stdlib 1.22.0'],
    ],
    [
      'Go, before its release',
      'go.mod',
      'module x\ngo 1.23rc1\nrequire a.b/c v1.0.0\n',
      ['a.b/c 1.0.0', 'stdlib 1.23.0-rc1'],
    ],
    [
      'yarn 1, of aliases without a range',
      'yarn.lock',
      '# yarn lockfile v1\n"short@npm:long":\n  version "1.0.0"\n"own@npm:@s/real":\n  version "2.0.0"\n',
      ['long 1.0.0', '@s/real 2.0.0'],
    ],
    [
      'pnpm 9, of packages without a snapshot',
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\npackages:\n  a@1.0.0: {resolution: {integrity: x}}\n  b@1.0.0: {resolution: {integrity: x}}\nsnapshots:\n  b@1.0.0(a@1.0.0): {}\n",
      ['b 1.0.0', 'a 1.0.0'],
    ],
    [
      'pnpm, of a workspace whose members ask for each other alone',
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\nimporters:\n  a:\n    dependencies:\n      b: {specifier: 'workspace:*', version: 'link:../b'}\n  b: {}\n",
      [],
    ],
    [
      'npm, of a project without packages',
      'package-lock.json',
      '{"lockfileVersion":3,"packages":{"":{"name":"x"}}}',
      [],
    ],
    [
      'npm 3, with the list of version 1',
      'package-lock.json',
      '{"lockfileVersion":3,"dependencies":{"a":{"version":"1.0.0"}}}',
      ['a 1.0.0'],
    ],
    [
      'GitHub, by way of anchors',
      '.github/workflows/a.yml',
      'x: &at a/b@v1.2.3\ny: &sha c/d@0123456789012345678901234567890123456789 # v4.0.2\nz: &u uses\njobs:\n  a:\n    steps:\n      - uses: *at\n      - uses: *sha\n      - *u : e/f@v1.0.0\n',
      ['a/b 1.2.3', 'c/d 4.0.2', 'e/f 1.0.0'],
    ],
    ['Go, of a file that names no module', 'go.mod', 'require a.b/c v1.0.0\n', ['a.b/c 1.0.0']],
  ]
  test.each(rows)('%s', async (...[, path, text, components]) => {
    const reading = await readLockfile({ path, text })
    const { components: found, gaps } = reading.ok
      ? reading.inventory
      : { components: [], gaps: reading.problems }
    const shown = found.map(({ name, version, source }) =>
      [name, version, ...(source === 'registry' ? [] : [source])].join(' '),
    )
    expect(shown).toEqual(components)
    expect(gaps.filter(({ message }) => !message.includes('go.sum'))).toEqual([])
  })
})

describe('what no tool writes is told, never passed over', () => {
  const rows: [string, string, string, string][] = [
    ['neither packages nor dependencies', 'package-lock.json', '{"lockfileVersion":3}', 'neither packages'],
    [
      'packages that are a list',
      'package-lock.json',
      '{"lockfileVersion":3,"packages":[{"name":"a"}]}',
      'has packages of another shape',
    ],
    [
      'dependencies that are a list',
      'package-lock.json',
      '{"lockfileVersion":1,"dependencies":[{"name":"a"}]}',
      'has dependencies of another shape',
    ],
    [
      'dependencies of a dependency that are a list',
      'package-lock.json',
      '{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","dependencies":["b"]}}}',
      'dependencies of node_modules/a that are none',
    ],
    [
      'an empty list beside a full one',
      'package-lock.json',
      '{"lockfileVersion":2,"packages":{"":{}},"dependencies":{"a":{"version":"1.0.0"}}}',
      'nothing in packages and something in dependencies',
    ],
    [
      '[package] of Cargo',
      'Cargo.lock',
      'version = 4\n[package]\nname = "a"\nversion = "1.0.0"\n',
      'has [package] where',
    ],
    [
      'a source of Cargo that is no text',
      'Cargo.lock',
      'version = 4\n[[package]]\nname = "a"\nversion = "1.0.0"\nsource = 7\n',
      'no readable name, version and source',
    ],
    ['[package] of uv', 'uv.lock', 'version = 1\n[package]\nname = "a"\n', 'has [package] where'],
    [
      '[[packages]] of Poetry',
      'poetry.lock',
      '[[packages]]\nname = "a"\nversion = "1"\n[metadata]\nlock-version = "2.0"\n',
      'holds no [[package]]',
    ],
    [
      'packages of pnpm that are a list',
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\npackages: [a@1.0.0]\n",
      'has packages of another shape',
    ],
    [
      'projects of pnpm that ask for what is not listed',
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a: {specifier: ^1, version: 1.0.0}\n",
      'asks for packages and lists none',
    ],
    [
      'a key of pnpm that stands there twice',
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\npackages:\n  a@1.0.0: {}\npackages: {}\n",
      'has the key packages twice',
    ],
    [
      'an entry of yarn without its resolution',
      'yarn.lock',
      '__metadata:\n  version: 8\n"short@npm:long":\n  version: 1.0.0\n',
      'no readable name and version',
    ],
    [
      'what is no text where an action is used',
      '.github/workflows/a.yml',
      'x: &list [a/b@v1.0.0]\njobs:\n  a:\n    steps:\n      - uses: *list\n      - uses: [c/d@v1.0.0]\n',
      'no text,what is used here is no text',
    ],
    [
      'two requirements of Go on one line',
      'go.mod',
      'module x\ngo 1.22\nrequire a.b/c v1.0.0 d.e/f v1.0.0\n',
      'no readable module and version',
    ],
    [
      'a requirement of Go behind a carriage return',
      'go.mod',
      'module x\rrequire a.b/c v1.0.0\ngo 1.22\n',
      'module is no directive of a go.mod as it stands there',
    ],
    [
      'a place of npm within a package',
      'package-lock.json',
      '{"lockfileVersion":3,"packages":{"node_modules/a/lib":{"version":"1.0.0"}}}',
      'node_modules/a/lib has no readable',
    ],
    [
      'a link of npm to what is not listed',
      'package-lock.json',
      '{"lockfileVersion":3,"packages":{"node_modules/a":{"link":true,"version":"1.0.0","resolved":"x"}}}',
      'node_modules/a has no readable',
    ],
    [
      'an action at two references',
      '.github/workflows/a.yml',
      'jobs:\n  a:\n    steps:\n      - uses: a/b@v1.0.0@v2.0.0\n',
      'is no action at a reference',
    ],
    [
      'a directive that Go does not know',
      'go.mod',
      'module x\ngo 1.22\nrequires a.b/c v1.0.0\n',
      'requires is no directive',
    ],
    ['a release of Go that is none', 'go.mod', 'module x\ngo later\n', 'no release of Go'],
    ['a toolchain that is none', 'go.mod', 'module x\ngo 1.22\ntoolchain mine\n', 'no release of Go'],
    [
      'more modules than are read',
      'go.sum',
      Array.from({ length: ENTRIES_MAX + 1 }, (_, at) => `a.b/c${at} v1.0.0 h1:x=\n`).join(''),
      'holds more than 100000 modules',
    ],
  ]
  test.each(rows)('%s', async (...[, path, text, told]) => {
    const reading = await readLockfile({ path, text })
    const gaps = reading.ok ? reading.inventory.gaps : reading.problems
    expect(gaps.map(({ message }) => message).join()).toContain(told)
  })
})
