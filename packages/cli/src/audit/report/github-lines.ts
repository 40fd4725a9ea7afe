import type { AuditResult } from '@towpath/domain/advisory/audit.ts'
import { countsUnder } from '@towpath/domain/advisory/audit-verdict.ts'
import { githubMark } from '../../terminal/github.ts'
import { adviceOf } from './words.ts'

/** Marks for the log of a GitHub Actions run: an error for what counts, a warning for the rest. Ten of each are shown there. */
export const githubLines = ({ findings, unknowns, rule, shippedOnly }: AuditResult): string =>
  [
    ...findings
      .filter(({ waiver }) => waiver === null)
      .map((finding) =>
        githubMark(countsUnder(rule, finding, shippedOnly) ? 'error' : 'warning', adviceOf(finding), {
          file: finding.file,
          ...(finding.line === null ? {} : { line: String(finding.line) }),
          title: `${finding.id} ${finding.package} ${finding.version}`,
        }),
      ),
    ...unknowns.map(({ message, hint }) =>
      githubMark('warning', `${message}; ${hint}`, { title: 'unknown is not clean' }),
    ),
  ].join('')
