import { describe, expect, test } from 'vitest'
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
