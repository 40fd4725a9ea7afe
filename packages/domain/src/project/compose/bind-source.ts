import type { Place } from './findings.ts'
import { joinPath, mapPath } from './host-path.ts'
import type { Reading } from './reading.ts'

/**
 * The path on the host that a bind mount means, after the environment's path map. Null where the path cannot be known from here, which was told.
 */
export function bindSource(text: string, at: Place, reading: Reading): string | null {
  if (text.startsWith('~')) {
    const hint =
      'Write the whole path, or one relative to the compose file: whose home "~" is differs from who asks.'
    reading.findings.problem(at, `"${text}" starts in a home folder, which is not known on the host`, hint)
    return null
  }
  if (text.includes('\0') || /^([A-Za-z]:)?\\/.test(text)) {
    reading.findings.problem(at, `"${text}" is not a path of a Linux host`, 'Write it with slashes.')
    return null
  }
  const { projectFolder } = reading.layout
  return mapPath(joinPath(projectFolder, text), reading.pathMap, projectFolder).path
}
