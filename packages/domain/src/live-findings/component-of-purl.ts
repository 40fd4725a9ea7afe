import { PackageURL } from 'packageurl-js'
import type { Component, Ecosystem } from '../inventory/component.ts'
import { systemEcosystem } from '../inventory/image/image-inventory.ts'

/**
 * The component that a package URL (purl-spec) names, as an image ships it; null where it names none that is compared.
 * `source` is `name version` of what a system's package was built from, where the bill says so.
 */
export function componentOfPurl(purl: string, source: string | null): Component | null {
  const parts = partsOf(purl)
  if (parts === null) return null
  const [name, version] = source?.split(' ') ?? []
  return {
    ...parts,
    ...{
      source: 'registry',
      alias: null,
      presence: 'shipped',
      file: '',
      line: null,
      path: [],
      requiredBy: [],
    },
    ...(name === undefined || version === undefined ? {} : { origin: { name, version } }),
  }
}

type Named = Pick<Component, 'ecosystem' | 'name' | 'version'>

function partsOf(purl: string): Named | null {
  const read = parsed(purl)
  if (read === null) return null
  const language = languages[read.type]
  if (language === undefined) return systemPackage(read)
  const name = read.namespace === '' ? read.name : `${read.namespace}/${read.name}`
  const version = read.type === 'golang' ? read.version.replace(/^v(?=\d)/, '') : read.version
  return { ecosystem: language, name, version }
}

/** The parts of a URL that names a version; what is absent is empty. */
interface Parts {
  type: string
  namespace: string
  name: string
  version: string
  qualifiers: Readonly<Record<string, string>>
}

function parsed(purl: string): Parts | null {
  try {
    const { type, namespace, name, version, qualifiers } = PackageURL.fromString(purl)
    if (!version) return null
    return { type, namespace: namespace ?? '', name, version, qualifiers: { ...qualifiers } }
  } catch {
    return null
  }
}

function systemPackage({ type, namespace: id, name, version, qualifiers }: Parts): Named | null {
  if (type !== 'deb' && type !== 'apk' && type !== 'rpm') return null
  const release = (qualifiers['distro'] ?? '').replace(new RegExp(`^${RegExp.escape(id)}-`), '')
  const epoch = qualifiers['epoch']
  return {
    ecosystem: systemEcosystem(type, { id, version: release }),
    name,
    version: epoch === undefined ? version : `${epoch}:${version}`,
  }
}

const languages: Readonly<Record<string, Ecosystem>> = {
  npm: 'npm',
  cargo: 'crates.io',
  golang: 'Go',
  pypi: 'PyPI',
}
