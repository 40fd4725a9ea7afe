import { fieldsOf, isPlainText, listOf } from '../lockfile/lockfile.ts'
import { packageKey } from '../package-key.ts'
import { rowsOf } from './control-paragraphs.ts'
import { PACKAGES_MAX, languagePackage, reading } from './image-file.ts'
import type { FileReading, FoundPackage } from './image-file.ts'

/** `package.json` of an installed package. Some packages carry one without a name, to mark a folder: that is no package. */
export function readNodePackage(text: string): FileReading {
  const json = parse(text)
  if (json === undefined) return reading({ problem: 'is no JSON' })
  const fields = fieldsOf(json)
  const [name, version] = [fields.get('name'), fields.get('version')]
  if (name === undefined || version === undefined) return reading({})
  if (!isPlainText(name) || !isPlainText(version))
    return reading({ problem: 'has no readable name and version' })
  return reading({ packages: [languagePackage('npm', { name, version: version.replace(/^v/, '') })] })
}

/** Core metadata of an installed distribution (`METADATA`, `PKG-INFO`): headers until the first blank line. */
export function readPythonMetadata(text: string): FileReading {
  const headers = new Map<string, string>()
  for (const row of rowsOf(text)) {
    if (row.trim() === '') break
    const [, key = '', value = ''] = /^(Name|Version):\s*(.*?)\s*$/i.exec(row) ?? []
    if (key !== '' && !headers.has(key.toLowerCase())) headers.set(key.toLowerCase(), value)
  }
  const [name, version] = [headers.get('name'), headers.get('version')]
  if (!isPlainText(name) || !isPlainText(version))
    return reading({ problem: 'has no readable name and version' })
  return reading({ packages: [languagePackage('PyPI', { name: packageKey('PyPI', name), version })] })
}

/**
 * What cargo-auditable wrote into a binary: `packages` with `kind` (`build` ran at build time and is not in it), `source`
 * and `root` (the program itself).
 */
export function readCargoAuditable(text: string): FileReading {
  const listed = fieldsOf(parse(text)).get('packages')
  if (!Array.isArray(listed)) return reading({ problem: 'its list of crates (.dep-v0) cannot be read' })
  const packages: FoundPackage[] = []
  let unreadable = 0
  if (listed.length > PACKAGES_MAX)
    return reading({ problem: `its list of crates has more than ${PACKAGES_MAX} entries` })
  for (const entry of listOf(listed)) {
    const fields = fieldsOf(entry)
    const [name, version, source] = [fields.get('name'), fields.get('version'), fields.get('source')]
    if (fields.get('root') === true || fields.get('kind') === 'build') continue
    if (!isPlainText(name) || !isPlainText(version)) unreadable += 1
    else packages.push(languagePackage('crates.io', { name, version }, crateSource(source)))
  }
  const problem = unreadable === 0 ? null : `its list of crates has ${unreadable} entries that cannot be read`
  return reading({ packages, problem })
}

function crateSource(source: unknown): FoundPackage['source'] {
  if (source === 'crates.io') return 'registry'
  if (source === 'git') return 'git'
  return source === 'registry' ? 'other-registry' : 'path'
}

/**
 * What Go wrote into a binary: its own version, and lines `dep`, path, version, checksum with tabs between; `=>` replaces
 * the one before. A replacement without a version is a folder.
 */
export function readGoBuildInfo({ goVersion, modules }: { goVersion: string; modules: string }): FileReading {
  const release = /^go(\d+(?:\.\d+)*(?:rc\d+|beta\d+)?)/.exec(goVersion)?.[1]
  const found: FoundPackage[] = []
  for (const row of rowsOf(modules)) {
    const [word, name, version = ''] = row.split('\t')
    if (word !== 'dep' && word !== '=>') continue
    if (!isPlainText(name))
      return reading({ packages: found, problem: 'names a module of Go that cannot be read' })
    if (word === '=>') found.pop()
    found.push(goModule(name, version))
    if (found.length > PACKAGES_MAX) return reading({ packages: found, problem: 'names too many modules' })
  }
  if (release === undefined)
    return reading({
      packages: found,
      problem: `was built by ${goVersion.slice(0, 60)}, which is no release of Go`,
    })
  const library = languagePackage('Go', { name: 'stdlib', version: release.replace(/(?=rc|beta)/, '-') })
  return reading({ packages: [library, ...found] })
}

function goModule(name: string, version: string): FoundPackage {
  const plain = version.replace(/^v/, '').replace(/\+incompatible$/, '')
  return languagePackage(
    'Go',
    { name, version: plain || '(devel)' },
    plain === '' || plain === '(devel)' ? 'path' : 'registry',
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}
