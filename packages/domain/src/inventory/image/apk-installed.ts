import { isPlainText } from '../lockfile/lockfile.ts'
import { rowsOf } from './control-paragraphs.ts'
import { PACKAGES_MAX, reading } from './image-file.ts'
import type { FileReading, FoundPackage } from './image-file.ts'

/** apk's `installed`: `P` name, `V` version, `A` architecture, `o` origin, a blank line between packages (apk-db format v2). */
export function readApkInstalled(text: string): FileReading {
  const packages: FoundPackage[] = []
  let fields = new Map<string, string>()
  let unreadable = 0
  const end = (): void => {
    if (fields.size === 0) return
    const found = packageOf(fields)
    fields = new Map()
    if (found === null) unreadable += 1
    else packages.push(found)
  }
  for (const row of rowsOf(text)) {
    // Where the blank line is missing, the next name begins the next package.
    if (row.trim() === '' || (row.startsWith('P:') && fields.has('P'))) end()
    if (row.trim() === '') continue
    // Files of a package follow with keys of their own, of which `a` and `Z` may repeat: the first four count.
    if (/^[PVAo]:/.test(row) && !fields.has(row.charAt(0))) fields.set(row.charAt(0), row.slice(2).trim())
    if (packages.length >= PACKAGES_MAX)
      return reading({ packages, problem: `lists more than ${PACKAGES_MAX} packages; the rest was not read` })
  }
  end()
  const problem = unreadable === 0 ? null : `holds ${unreadable} entries without a readable name and version`
  return reading({ packages, problem })
}

function packageOf(fields: ReadonlyMap<string, string>): FoundPackage | null {
  const [name, version, origin] = [fields.get('P'), fields.get('V'), fields.get('o')]
  if (!isPlainText(name) || !isPlainText(version)) return null
  return {
    kind: 'apk',
    name,
    version,
    source: 'registry',
    origin: isPlainText(origin) ? { name: origin, version } : null,
    architecture: fields.get('A') ?? null,
  }
}
