import { describe, expect, test } from 'vitest'
import { languagePackage } from './image-file.ts'
import type { FoundPackage, PackageKind, SystemKind } from './image-file.ts'
import { packageUrl } from './package-url.ts'

const debian = { id: 'debian', version: '12', codename: 'bookworm' }
const system = (kind: SystemKind, name: string, version: string): FoundPackage => ({
  ...languagePackage(kind, { name, version }),
  architecture: 'amd64',
})

/** From purl-spec's own definitions of types. */
const languages: [PackageKind, { name: string; version: string }, string][] = [
  ['npm', { name: 'left-pad', version: '1.0.0' }, 'pkg:npm/left-pad@1.0.0'],
  ['npm', { name: '@angular/core', version: '12.3.1' }, 'pkg:npm/%40angular/core@12.3.1'],
  ['PyPI', { name: 'django-allauth', version: '12.23' }, 'pkg:pypi/django-allauth@12.23'],
  ['crates.io', { name: 'rand', version: '0.7.2' }, 'pkg:cargo/rand@0.7.2'],
  [
    'Go',
    { name: 'google.golang.org/genproto', version: '0.1.0' },
    'pkg:golang/google.golang.org/genproto@v0.1.0',
  ],
  ['Go', { name: 'stdlib', version: '1.22.3' }, 'pkg:golang/stdlib@1.22.3'],
]

describe('the package URL', () => {
  test.each(languages)('of %s %o is %s', (kind, found, url) => {
    expect(packageUrl(languagePackage(kind, found), null)).toBe(url)
  })

  test('of a system names distribution and architecture, and escapes what names may hold', () => {
    expect(packageUrl(system('deb', 'g++-12', '1:12.2.0-14+deb12u1'), debian)).toBe(
      'pkg:deb/debian/g%2B%2B-12@1:12.2.0-14+deb12u1?arch=amd64&distro=debian-12',
    )
  })

  test('of an RPM package has the epoch apart from its version', () => {
    const rocky = { id: 'rocky', version: '9.4', codename: '' }
    expect(packageUrl(system('rpm', 'openssl', '1:3.0.7-27.el9'), rocky)).toBe(
      'pkg:rpm/rocky/openssl@3.0.7-27.el9?arch=amd64&distro=rocky-9.4&epoch=1',
    )
    expect(packageUrl(system('rpm', 'bash', '5.1.8-9.el9'), rocky)).toBe(
      'pkg:rpm/rocky/bash@5.1.8-9.el9?arch=amd64&distro=rocky-9.4',
    )
  })

  test('of a system that does not tell its name says nothing of it', () => {
    expect(packageUrl(system('apk', 'musl', '1.2.5-r0'), null)).toMatch(/^pkg:[a-z]+\/musl@1\.2\.5-r0/)
  })

  test('is there for every name, also one that its type refuses', () => {
    for (const name of ['A B', '%', '@', 'a/b/c', '.'])
      expect(packageUrl(languagePackage('npm', { name, version: '1' }), null)).toMatch(/^pkg:/)
  })
})
