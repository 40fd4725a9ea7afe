import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readApkInstalled } from './apk-installed.ts'
import { readDpkgStatus } from './dpkg-status.ts'
import { entryPath, linkTarget, markerOf } from './entry-path.ts'
import { kindOfFile, unreadKindOf } from './file-kind.ts'
import {
  readCargoAuditable,
  readGoBuildInfo,
  readNodePackage,
  readPythonMetadata,
} from './language-packages.ts'
import { readOsRelease } from './os-release.ts'

const told = (packages: readonly { name: string; version: string }[]) =>
  packages.map(({ name, version }) => `${name} ${version}`)

describe("dpkg's status", () => {
  const paragraph = (name: string, more: string) => `Package: ${name}\nVersion: 1.0-1\n${more}\n`

  test('gives package, architecture and the source package it was built from', () => {
    const text = [
      paragraph('a', 'Status: install ok installed\nArchitecture: amd64\nSource: src (2.0-1)\n'),
      paragraph('b', 'Status: hold ok installed\nSource: other\n'),
    ].join('')
    expect(readDpkgStatus(text).packages).toMatchObject([
      { name: 'a', architecture: 'amd64', origin: { name: 'src', version: '2.0-1' } },
      { name: 'b', architecture: null, origin: { name: 'other', version: '1.0-1' } },
    ])
  })

  const states: [string, boolean][] = [
    ['install ok installed', true],
    ['deinstall ok config-files', false],
    ['purge ok not-installed', false],
    ['install ok half-configured', true],
    ['install reinstreq half-installed', true],
  ]
  test.each(states)('with %s is there: %s', (state, isThere) => {
    expect(readDpkgStatus(paragraph('a', `Status: ${state}\n`)).packages.length).toBe(isThere ? 1 : 0)
  })

  test('of distroless, which has no state, lists what is installed', () => {
    expect(told(readDpkgStatus(paragraph('base-files', '')).packages)).toEqual(['base-files 1.0-1'])
  })

  test('is not fooled by names in continued lines', () => {
    const text = paragraph('a', 'Description: one\n Package: b\n Version: 9\n')
    expect(told(readDpkgStatus(text).packages)).toEqual(['a 1.0-1'])
  })

  test('tells of a field that stands there twice: one of both is hidden behind the other', () => {
    const { packages, problem } = readDpkgStatus('Package: a\nVersion: 1\nPackage: b\nVersion: 2\n')
    expect([packages, problem]).toEqual([[], 'holds 1 entries without a readable name and version'])
  })

  test('tells of entries without name or version, which may be anything', () => {
    const { packages, problem } = readDpkgStatus(`${paragraph('a', '')}\nPackage: b\n\nVersion: 1\n`)
    expect(told(packages)).toEqual(['a 1.0-1'])
    expect(problem).toBe('holds 2 entries without a readable name and version')
  })
})

test("apk's list gives package, architecture and origin, whatever files follow", () => {
  const text =
    'C:Q1abc=\nP:libssl3\nV:3.3.1-r0\nA:x86_64\no:openssl\nF:lib\nR:P\na:0:0:755\nZ:Q1x=\n\nP:musl\nV:1.2.5-r0\n'
  expect(readApkInstalled(text)).toMatchObject({
    packages: [
      {
        name: 'libssl3',
        version: '3.3.1-r0',
        architecture: 'x86_64',
        origin: { name: 'openssl', version: '3.3.1-r0' },
      },
      { name: 'musl', origin: null },
    ],
    problem: null,
  })
  expect(readApkInstalled('P:musl\n\n').problem).toContain('1 entries')
})

test("apk's list hides no package behind another where the line between them is missing", () => {
  const { packages } = readApkInstalled('P:a\nV:1\nF:lib\nP:b\nV:2\n')
  expect(told(packages)).toEqual(['a 1', 'b 2'])
})

test('os-release is read as a shell would, without running anything', () => {
  const text = `# c\nNAME="Alpine Linux"\nID=alpine\nVERSION_ID='3.20.3'\nVERSION_CODENAME="\\$x"\n`
  expect(readOsRelease(text)).toEqual({ id: 'alpine', version: '3.20.3', codename: 'x' })
  expect(readOsRelease('ID="$(rm -rf /)"\n').id).toBe('rm-rf')
  expect(readOsRelease('')).toEqual({ id: '', version: '', codename: '' })
})

describe('packages of languages', () => {
  test('npm: a package.json without name or version marks a folder, anything else unreadable is told', () => {
    expect(told(readNodePackage('\uFEFF{"name":"@a/b","version":"v1.0.0"}').packages)).toEqual(['@a/b 1.0.0'])
    expect(readNodePackage('{"type":"module"}')).toMatchObject({ packages: [], problem: null })
    expect(readNodePackage('{"name":7,"version":"1"}').problem).toContain('no readable name')
    expect(readNodePackage('{').problem).toBe('is no JSON')
  })

  test('Python: headers only, names as PEP 503 has them', () => {
    const text = 'Metadata-Version: 2.1\nName: Foo.Bar_baz\nVersion: 1.0\n\nName: other\nVersion: 9\n'
    expect(told(readPythonMetadata(text).packages)).toEqual(['foo-bar-baz 1.0'])
    expect(readPythonMetadata('\nName: a\nVersion: 1\n').problem).toContain('no readable')
  })

  test('Rust: what runs, not what built it, and where each crate is from', () => {
    const crate = (name: string, more: object) => ({ name, version: '1.0.0', source: 'crates.io', ...more })
    const packages = [
      crate('app', { root: true, source: 'local' }),
      crate('cc', { kind: 'build' }),
      crate('serde', {}),
      crate('own', { source: 'git' }),
      crate('near', { source: 'local' }),
      crate('far', { source: 'registry' }),
    ]
    const read = readCargoAuditable(JSON.stringify({ packages }))
    expect(read.packages.map(({ name, source }) => [name, source])).toEqual([
      ['serde', 'registry'],
      ['own', 'git'],
      ['near', 'path'],
      ['far', 'other-registry'],
    ])
    expect(readCargoAuditable('{"packages":{}}').problem).toContain('cannot be read')
    expect(readCargoAuditable('{"packages":[{}]}').problem).toContain('1 entries')
  })

  test('Go: the library at its release, and replacements in place of what they replace', () => {
    const modules =
      'path\tapp\nmod\tapp\t(devel)\t\ndep\ta.org/x\tv1.2.3\th1:a=\ndep\tb.org/y\tv2.0.0+incompatible\th1:b=\ndep\tc.org/z\tv1.0.0\n=>\td.org/z\tv1.1.0\th1:c=\ndep\te.org/l\tv1.0.0\n=>\t./l\n'
    const read = readGoBuildInfo({ goVersion: 'go1.22.3 X:rangefunc', modules })
    expect(told(read.packages)).toEqual([
      'stdlib 1.22.3',
      'a.org/x 1.2.3',
      'b.org/y 2.0.0',
      'd.org/z 1.1.0',
      './l (devel)',
    ])
    expect(read.packages.at(-1)?.source).toBe('path')
    expect(told(readGoBuildInfo({ goVersion: 'go1.23rc1', modules: '' }).packages)).toEqual([
      'stdlib 1.23-rc1',
    ])
    expect(readGoBuildInfo({ goVersion: 'go1.22', modules: 'dep\t\tv1.0.0\n' }).problem).toContain('module')
    expect(readGoBuildInfo({ goVersion: 'devel +abc', modules }).problem).toContain('no release of Go')
  })
})

test('any text gives packages with a name and a version of one line, or a problem; never a crash', () => {
  const pieces = fc.constantFrom(
    'Package: a',
    'Version: 1',
    'P:a',
    'V:1',
    '',
    'Status: x',
    'ID=',
    '{"name":"a"',
    '\0',
  )
  const texts = fc.oneof(
    fc.string(),
    fc.array(fc.oneof(pieces, fc.string())).map((rows) => rows.join('\n')),
  )
  const readers = [readDpkgStatus, readApkInstalled, readNodePackage, readPythonMetadata, readCargoAuditable]
  fc.assert(
    fc.property(texts, (text) => {
      for (const read of readers)
        for (const { name, version } of read(text).packages)
          expect(`${name}${version}`).toMatch(/^[^\s\p{Cc}]+$/u)
      readOsRelease(text)
      readGoBuildInfo({ goVersion: text, modules: text })
    }),
  )
})

describe('names of entries', () => {
  test('are paths from the root of the image, or none', () => {
    expect(entryPath('./a//b/')).toBe('a/b')
    expect(entryPath('/a')).toBe('a')
    expect(entryPath('./')).toBe('')
    for (const name of ['a/../b', '..', 'a\0b', 'x'.repeat(5000), 'a/'.repeat(300)])
      expect(entryPath(name)).toBeNull()
  })

  test('of links lead where a runtime would go, and never above the root', () => {
    expect(linkTarget('etc/os-release', '../usr/lib/os-release', false)).toBe('usr/lib/os-release')
    expect(linkTarget('a/b', '/c', false)).toBe('c')
    expect(linkTarget('a/b', '../../../c', false)).toBe('c')
    expect(linkTarget('a/b', 'a/c', true)).toBe('a/c')
  })

  test('of markers say what they take away', () => {
    expect(markerOf('a/.wh.b')).toEqual({ what: 'whiteout', path: 'a/b' })
    expect(markerOf('.wh.b')).toEqual({ what: 'whiteout', path: 'b' })
    expect(markerOf('a/.wh..wh..opq')).toEqual({ what: 'opaque', folder: 'a' })
    expect(markerOf('.wh..wh..opq')).toEqual({ what: 'opaque', folder: '' })
    expect(markerOf('a/.wh..wh.plnk')).toEqual({ what: 'none' })
    for (const name of ['a/wh.b', 'a/x.wh.b', '.wh.a/b', 'awhb']) expect(markerOf(name)).toBeNull()
  })
})

describe('files that are read', () => {
  const wanted = [
    'var/lib/dpkg/status',
    'var/lib/dpkg/status.d/base',
    'lib/apk/db/installed',
    'usr/lib/apk/db/installed',
    'etc/os-release',
    'a/node_modules/b/package.json',
    'node_modules/@a/b/package.json',
    'x/site-packages/a-1.0.dist-info/METADATA',
    'x/a.egg-info/PKG-INFO',
    'x/a.egg-info',
    'x/a.egg/EGG-INFO/PKG-INFO',
  ]
  test.each(wanted)('%s', (path) => expect(kindOfFile(path)).not.toBeNull())

  const others = [
    'var/lib/dpkg/status-old',
    'var/lib/rpm/rpmdb.sqlite-shm',
    'a/node_modules/b/test/package.json',
    'app/package.json',
    'node_modules/package.json',
    'etc/os-release.d/x',
  ]
  test.each(others)('not %s', (path) => expect(kindOfFile(path)).toBeNull())

  test('are not all there are: what is known and not read is told by its kind', () => {
    expect(unreadKindOf('var/lib/rpm/Packages', 1)).toBe('an RPM database of Berkeley DB')
    expect(unreadKindOf('usr/lib/sysimage/rpm/Packages.db', 1)).toBe('an RPM database of the NDB kind')
    expect(unreadKindOf('var/lib/rpm/rpmdb.sqlite-wal', 1)).toContain('not written back')
    expect(unreadKindOf('var/lib/rpm/rpmdb.sqlite-wal', 0)).toBeNull()
    expect(unreadKindOf('app/app.jar', 1)).toBe('a Java archive')
    expect(unreadKindOf('app/jar', 1)).toBeNull()
    for (const path of ['opt/conda/conda-meta/openssl-3.0.json', 'site-packages/a.egg', 'app/.pnp.cjs'])
      expect(unreadKindOf(path, 1)).not.toBeNull()
  })
})
