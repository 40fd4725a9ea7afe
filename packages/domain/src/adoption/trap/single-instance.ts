import { valueOf } from '../../repository/written-compose.ts'
import type { Finding, Trap } from '../finding.ts'
import { streamEvidence } from '../stream-evidence.ts'

/** What keeps streams in memory must be known to, or two releases at a time lose events between them. */
export const singleInstance: Trap = {
  id: 'single-instance',
  passes: 'what keeps streams in memory is declared single',
  look: (survey) => {
    const evidence = streamEvidence(survey)
    const apps = survey.services.filter(({ role }) => role === 'app')
    if (evidence === null || apps.length === 0) return null
    if ([...(survey.config?.services.values() ?? [])].some(({ single }) => single)) return []
    const scaled = apps.find(
      ({ written }) => valueOf(written, 'deploy') !== undefined || valueOf(written, 'scale') !== undefined,
    )
    const finding: Finding = {
      ...{ status: 'unknown', file: evidence.file, line: evidence.line },
      message: `${evidence.says}: whether two instances may serve side by side cannot be told${scaled === undefined ? '' : `, and ${scaled.written.name} may have several`}; in-memory streams lose events between them`,
      fix: 'towpath.yaml, at that service: single: true (or single: false, when a shared bus carries the events)',
    }
    return [finding]
  },
}
