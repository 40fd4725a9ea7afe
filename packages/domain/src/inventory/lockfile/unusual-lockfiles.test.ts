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
