import { PackageURL } from 'packageurl-js'
import type { FoundPackage, SystemKind } from './image-file.ts'
import type { OsRelease } from './os-release.ts'

/** The package URL (purl-spec) of a package; a system that does not tell its name gives none to its packages either. */
export function packageUrl(found: FoundPackage, system: OsRelease | null): string {
  const { kind, name, version, architecture } = found
  switch (kind) {
    case 'deb':
    case 'apk':
    case 'rpm':
      return systemUrl(kind, { name, version, architecture, system })
    case 'npm': {
      const [base = name, scope = null] = name.split('/').toReversed()
      return urlOf('npm', { namespace: scope, name: base, version })
    }
    case 'Go': {
      const at = name.lastIndexOf('/')
      const tagged = name === 'stdlib' || !/^\d/.test(version) ? version : `v${version}`
      const namespace = at < 0 ? null : name.slice(0, at)
      return urlOf('golang', { namespace, name: name.slice(at + 1), version: tagged })
    }
    case 'PyPI':
      return urlOf('pypi', { namespace: null, name, version })
    case 'crates.io':
      return urlOf('cargo', { namespace: null, name, version })
  }
}

function systemUrl(
  kind: SystemKind,
  given: { name: string; version: string; architecture: string | null; system: OsRelease | null },
): string {
  const { name, architecture, system } = given
  // The URL of an RPM package has the epoch apart from its version.
  const [, epoch = '', version = given.version] =
    (kind === 'rpm' ? /^(\d+):(.*)$/s.exec(given.version) : null) ?? []
  return urlOf(kind, {
    namespace: system?.id || null,
    name,
    version,
    qualifiers: {
      ...some('arch', architecture ?? ''),
      ...some('distro', distroOf(system)),
      ...some('epoch', epoch),
    },
  })
}

const some = (key: string, value: string): Record<string, string> => (value === '' ? {} : { [key]: value })

function distroOf(system: OsRelease | null): string {
  if (system === null) return ''
  const release = system.version || system.codename
  return system.id === '' || release === '' ? '' : `${system.id}-${release}`
}

interface UrlParts {
  namespace: string | null
  name: string
  version: string
  qualifiers?: Record<string, string>
}

/** A type may refuse a name (as npm's names must be of certain characters): such a package is told as a generic one. */
function urlOf(type: string, { namespace, name, version, qualifiers }: UrlParts): string {
  try {
    return new PackageURL(type, namespace, name, version, qualifiers ?? null, null).toString()
  } catch {
    const whole = namespace === null ? name : `${namespace}/${name}`
    return `pkg:generic/${encodeURIComponent(whole)}@${encodeURIComponent(version)}`
  }
}
