import type { AuditResult } from '@towpath/domain/advisory/audit.ts'
import { countsUnder } from '@towpath/domain/advisory/audit-verdict.ts'
import type { Finding } from '@towpath/domain/advisory/finding.ts'
import { adviceOf } from './words.ts'

/** One suite per lockfile, one case per finding; what is unknown is an error of its own suite, so it is never green. */
export function junitOf(result: AuditResult): string {
  const { lockfiles, findings, unknowns, rule, shippedOnly } = result
  const files = [...new Set([...lockfiles.map(({ file }) => file), ...findings.map(({ file }) => file)])]
  const suites = files.map((file) => {
    const own = findings.filter((finding) => finding.file === file)
    const cases =
      own.length === 0
        ? [caseOf(file, 'no finding', '')]
        : own.map((finding) =>
            caseOf(
              file,
              `${finding.id} ${finding.package} ${finding.version}`,
              outcomeOf(finding, countsUnder(rule, finding, shippedOnly)),
            ),
          )
    const failures = own.filter((finding) => countsUnder(rule, finding, shippedOnly)).length
    return suite(file, cases, { failures, errors: 0 })
  })
  const unknown = unknowns.map(({ what, message, hint }, at) =>
    caseOf('unknown', `${what} ${at + 1}`, `<error message="${escaped(message)}">${escaped(hint)}</error>`),
  )
  const all =
    unknown.length === 0
      ? suites
      : [...suites, suite('unknown', unknown, { failures: 0, errors: unknown.length })]
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="towpath audit">\n${all.join('\n')}\n</testsuites>\n`
}

const suite = (
  name: string,
  cases: readonly string[],
  { failures, errors }: { failures: number; errors: number },
): string =>
  `  <testsuite name="${escaped(name)}" tests="${cases.length}" failures="${failures}" errors="${errors}">\n${cases.join('\n')}\n  </testsuite>`

const caseOf = (file: string, name: string, inner: string): string =>
  `    <testcase classname="${escaped(file)}" name="${escaped(name)}"${inner === '' ? '/>' : `>${inner}</testcase>`}`

function outcomeOf(finding: Finding, counts: boolean): string {
  if (counts)
    return `<failure message="${escaped(`${finding.kind} ${finding.severity}`)}">${escaped(adviceOf(finding))}</failure>`
  return `<skipped message="${escaped(whyNot(finding))}"/>`
}

function whyNot({ waiver }: Finding): string {
  if (waiver === null) return 'does not count under this rule'
  return waiver.by === 'baseline'
    ? `in the baseline until ${waiver.expires}`
    : `waived by ${waiver.owner} until ${waiver.expires}`
}

/** XML knows no control characters, not even escaped. */
const escaped = (text: string): string =>
  text
    .replaceAll(/[^\P{Cc}\t\n\r]|[\uFFFE\uFFFF]|\p{Cs}/gu, '\uFFFD')
    .replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
