import type { AuditResult } from '@towpath/domain/advisory/audit.ts'
import { countsUnder } from '@towpath/domain/advisory/audit-verdict.ts'
import type { FailRule } from '@towpath/domain/advisory/fail-rule.ts'
import type { Finding } from '@towpath/domain/advisory/finding.ts'
import { createHash } from 'node:crypto'
import { version } from '../../program/version.ts'
import { adviceOf, urlOf } from './words.ts'

/**
 * The findings as SARIF 2.1.0. Fingerprints hold advisory, package and file but no line and no version, so that a moved
 * line or an incomplete bump stays the same alert. Waived findings are suppressed, with who and why; what is unknown is a
 * notification of the run, which then counts as not successful.
 */
export function sarifOf({ findings, unknowns, rule, shippedOnly }: AuditResult): object {
  const ids = [...new Set(findings.map(({ id }) => id))]
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'towpath audit',
            version,
            rules: ids.map((id) => ruleOf(id, findings)),
          },
        },
        invocations: [
          {
            executionSuccessful: unknowns.length === 0,
            toolExecutionNotifications: unknowns.map(({ message, hint, what }) => ({
              level: 'warning',
              descriptor: { id: what },
              message: { text: `${message}; ${hint}` },
            })),
          },
        ],
        results: findings.map((finding) =>
          resultOf(finding, { ruleIndex: ids.indexOf(finding.id), rule, shippedOnly }),
        ),
      },
    ],
  }
}

function ruleOf(id: string, findings: readonly Finding[]): object {
  const own = findings.filter((finding) => finding.id === id)
  const [first] = own
  const score = Math.max(...own.map((finding) => finding.score ?? scoreFor(finding)))
  return {
    id,
    shortDescription: { text: first?.summary || id },
    helpUri: urlOf(id),
    properties: { 'security-severity': score.toFixed(1), tags: ['security', first?.kind ?? 'vulnerability'] },
  }
}

/** GitHub sorts alerts by a number: the middle of the rank, and high for what nobody scored. */
function scoreFor({ kind, severity }: Finding): number {
  if (kind === 'malicious') return 10
  if (kind !== 'vulnerability' && kind !== 'wrong-architecture') return 0
  return { none: 0, low: 2, medium: 5, high: 8, critical: 9.5, unscored: 8 }[severity]
}

function resultOf(
  finding: Finding,
  { ruleIndex, rule, shippedOnly }: { ruleIndex: number; rule: FailRule; shippedOnly: boolean },
): object {
  const { id, package: name, ecosystem, file, line, waiver, seenBy } = finding
  return {
    ruleId: id,
    ruleIndex,
    level: countsUnder(rule, finding, shippedOnly) ? 'error' : 'warning',
    message: { text: adviceOf(finding) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(file) },
          ...(line === null ? {} : { region: { startLine: line } }),
        },
      },
    ],
    partialFingerprints: {
      'advisoryPackageFile/v1': createHash('sha256')
        .update([id, ecosystem, name, file].join('\n'))
        .digest('hex'),
    },
    ...(seenBy === undefined ? {} : { properties: { seenBy } }),
    ...(waiver === null
      ? {}
      : {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: `${waiver.by === 'baseline' ? 'baseline: ' : ''}${waiver.reason} (${waiver.owner}, until ${waiver.expires}, ${waiver.status})`,
            },
          ],
        }),
  }
}
