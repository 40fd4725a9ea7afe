import { isPlainText } from '../lockfile/lockfile.ts'
import { controlParagraphs } from './control-paragraphs.ts'
import { PACKAGES_MAX, reading } from './image-file.ts'
import type { FileReading, FoundPackage } from './image-file.ts'

const wanted = new Set(['package', 'status', 'version', 'source', 'architecture'])

/**
 * dpkg's `status`, or one file of `status.d` (distroless images, which leave the `Status` field out). What is removed and
 * only left its settings is not there; everything else that dpkg lists has files on the disk.
 */
export function readDpkgStatus(text: string): FileReading {
  const packages: FoundPackage[] = []
  let unreadable = 0
  for (const fields of controlParagraphs(text, wanted)) {
    if (packages.length >= PACKAGES_MAX)
      return reading({ packages, problem: `lists more than ${PACKAGES_MAX} packages; the rest was not read` })
    const state = (fields.get('status') ?? 'install ok installed').split(/\s+/)[2]
    if (state === 'config-files' || state === 'not-installed') continue
    const [name, version] = [fields.get('package'), fields.get('version')]
    if (!isPlainText(name) || !isPlainText(version)) unreadable += 1
    else packages.push(packageOf(fields, { name, version }))
  }
  const problem = unreadable === 0 ? null : `holds ${unreadable} entries without a readable name and version`
  return reading({ packages, problem })
}

/** `Source: name (version)` names the source package; the version stands there where it is another one. */
function packageOf(
  fields: ReadonlyMap<string, string>,
  own: { name: string; version: string },
): FoundPackage {
  const [, name, version] = /^([^\s(]+)(?:\s*\(([^\s)]+)\))?$/.exec(fields.get('source') ?? '') ?? []
  return {
    ...own,
    kind: 'deb',
    source: 'registry',
    origin: name === undefined ? null : { name, version: version ?? own.version },
    architecture: fields.get('architecture') ?? null,
  }
}
