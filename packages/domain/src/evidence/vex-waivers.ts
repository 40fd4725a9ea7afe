import { holdsOn, lastWaiverDay } from '../advisory/waiver.ts'
import type { VexStatus } from '../advisory/waiver.ts'
import { packageKey } from '../inventory/package-key.ts'
import type { AuditFacts, JudgedFinding, JudgedWaiver } from './facts.ts'

/** One statement of an OpenVEX document. */
export interface VexStatement {
  /** The vulnerability by all the names that the statement gives it. */
  names: readonly string[]
  status: VexStatus
  /** Why; null where it does not say. */
  reason: string | null
  /** What it is about; null where it is about everything that the document was brought for. */
  packages: readonly VexPackage[] | null
}

export interface VexPackage {
  /** As package URLs have it: `cargo`, `npm`, `deb`. */
  type: string
  /** With its namespace where names of that type hold one. */
  name: string
  version: string | null
}

/** A document that was brought for a commit or an image. */
export interface VexDocument {
  /** Of its evidence. */
  id: string
  recordedBy: string
  /** RFC 3339. */
  recordedAt: string
  /** Whether who brought it may waive gates in the environment that asks. */
  mayWaive: boolean
  statements: readonly VexStatement[]
}

/**
 * Lays what OpenVEX says over findings, as waivers: of whoever brought it, for 90 days from then. Only `not_affected` and
 * `fixed` with a reason let pass, and only by somebody who may waive. The newest document that speaks of a finding
 * decides, and where it says two things, the worse one. What others say is named, and weighs nothing.
 */
export function applyVex(facts: AuditFacts, documents: readonly VexDocument[], now: string): AuditFacts {
  if (documents.length === 0) return facts
  const newestFirst = documents.toSorted((a, b) => Date.parse(b.recordedAt) - Date.parse(a.recordedAt))
  const today = new Date(now).toISOString().slice(0, 10)
  const holding = newestFirst.filter(
    (one) => one.mayWaive && holdsOn(today, { expires: lastWaiverDay(new Date(one.recordedAt)) }),
  )
  const strangers = newestFirst.filter(({ mayWaive }) => !mayWaive)
  const unweighed = strangers.filter((one) =>
    facts.findings.some((finding) => waiverBy([one], finding) !== null),
  )
  return {
    ...facts,
    findings: facts.findings.map((finding) => {
      const waiver = waiverBy(holding, finding)
      return waiver === null ? finding : { ...finding, waiver }
    }),
    ...(unweighed.length === 0
      ? {}
      : { unweighed: unweighed.map(({ id, recordedBy }) => ({ id, by: recordedBy })) }),
  }
}

function waiverBy(documents: readonly VexDocument[], finding: JudgedFinding): JudgedWaiver | null {
  for (const { id, recordedBy, recordedAt, statements } of documents) {
    const own = statements.filter((statement) => concerns(statement, finding))
    const [first] = own
    if (first === undefined) continue
    if (!own.every(letsPass)) return null
    return {
      owner: recordedBy,
      reason: `${first.reason ?? ''} (OpenVEX ${id})`,
      expires: lastWaiverDay(new Date(recordedAt)),
      status: first.status,
      by: 'vex',
    }
  }
  return null
}

const letsPass = ({ status, reason }: VexStatement): boolean =>
  (status === 'not_affected' || status === 'fixed') && reason !== null

const concerns = ({ names, packages }: VexStatement, finding: JudgedFinding): boolean =>
  [finding.id, ...finding.aliases].some((id) => names.includes(id)) &&
  (packages === null || packages.some((own) => isPackage(own, finding)))

const registries: Readonly<Record<string, string>> = {
  pypi: 'PyPI',
  githubactions: 'GitHub Actions',
  github: 'GitHub Actions',
}

function isPackage({ type, name, version }: VexPackage, finding: JudgedFinding): boolean {
  const registry = registries[type] ?? type
  return (
    packageKey(registry, name) === packageKey(registry, finding.package) &&
    (version === null || bare(version) === bare(finding.version))
  )
}

/** Go writes its versions with a `v` in some places. */
const bare = (version: string): string => version.replace(/^v(?=\d)/, '')
