import { duration } from '../config/duration-text.ts'
import { counted } from '../evidence/counted.ts'
import type { EvidenceGate } from '../evidence/evidence-policy.ts'
import { unauditedIn } from '../evidence/known-lockfiles.ts'
import type { AuditFacts, JudgedFinding } from '../evidence/facts.ts'
import { fail, pass, unknown } from './answers.ts'
import type { EvidenceSeen } from './evidence-facts.ts'
import { evidenceGate } from './evidence-gate.ts'
import type { AskedEvidence } from './evidence-gate.ts'
import type { Gate, GateAnswer, UsedWaiver } from './gate.ts'
import { weighFinding } from './weigh-findings.ts'
import type { Weight } from './weigh-findings.ts'

/** Findings that are named in one answer. */
const NAMED_MAX = 5

/** Clocks of two machines differ by less; data from further ahead is not believed. */
const CLOCK_SKEW_MS = 5 * 60_000

/** What the lockfiles of each commit pin was judged by fresh advisories, and nothing that counts is known against it. */
export const auditGate: Gate = judgedGate({
  name: 'audit',
  title: 'nothing that counts is known against what the lockfiles pin',
  subjectsOf: ({ evidence }) =>
    evidence.commits.map(({ commit, services, audit }) => ({ subject: commit, services, seen: audit })),
  redo: (commit) => `towpath audit --json > audit.json; towpath evidence add audit.json --commit ${commit}`,
})

/** The same of what each image ships, by its digest. */
export const imageScanGate: Gate = judgedGate({
  name: 'image-scan',
  title: 'nothing that counts is known against what the images ship',
  subjectsOf: ({ evidence }) =>
    evidence.images.map(({ image, services, scan }) => ({ subject: image, services, seen: scan })),
  redo: (image) =>
    `towpath scan image.tar --json > scan.json; towpath evidence add scan.json --image ${image}`,
})

interface JudgedSubject {
  subject: string | null
  services: string[]
  seen: EvidenceSeen<AuditFacts>
}

function judgedGate(facts: {
  name: EvidenceGate
  title: string
  subjectsOf: (asked: AskedEvidence) => JudgedSubject[]
  redo: (subject: string) => string
}): Gate {
  const { name, title, subjectsOf, redo } = facts
  return evidenceGate({
    name,
    title,
    redo,
    subjectsOf,
    judge: (audit: AuditFacts, asked, { subject, recordedAt }) =>
      judgeAudit(audit, asked, { recordedAt, redo: redo(subject) }),
  })
}

/** Findings come first: what is known to be bad is bad whatever else could not be seen. */
function judgeAudit(
  audit: AuditFacts,
  asked: AskedEvidence,
  { recordedAt, redo }: { recordedAt: string; redo: string },
): GateAnswer {
  const { policy, now, evidence } = asked
  const weighed = audit.findings.map((finding) => ({
    finding,
    weight: weighFinding(finding, { policy, now, firstSeen: evidence.firstSeen }),
  }))
  const of = (weight: Weight): JudgedFinding[] =>
    weighed.filter((one) => one.weight === weight).map(({ finding }) => finding)
  const waivers = of('waived').flatMap(usedWaiver)
  const blocking = of('blocks')
  if (blocking.length > 0)
    return withWaivers(
      fail(
        `${counted(blocking.length, 'finding')} ${blocking.length === 1 ? 'counts' : 'count'}: ${named(blocking)}${unweighedWords(audit)}`,
        `bump what can be bumped (towpath audit shows how), or let one pass for a while: towpath waivers add ${blocking[0]?.id ?? 'ADVISORY'} --reason WHY --owner NAME; then ${redo}`,
      ),
      waivers,
    )
  const stale = staleness(audit, { asked, recordedAt })
  if (stale !== null)
    return withWaivers(
      unknown(stale, `bring newer ones: towpath advisories import ARCHIVE; then ${redo}`),
      waivers,
    )
  const [open] = audit.unknowns
  if (open !== undefined)
    return withWaivers(
      unknown(
        `${counted(audit.unknowns.length, 'thing')} could not be judged: ${open.message}`,
        `${open.hint}; then ${redo}`,
      ),
      waivers,
    )
  const partial = unauditedAnswer(audit, redo)
  if (partial !== null) return withWaivers(partial, waivers)
  if (audit.files.length === 0) return unknown('it looked at no file at all', redo)
  const rest = restOf(of)
  return withWaivers(pass(rest === '' ? 'nothing counts' : `nothing counts; ${rest}`), waivers)
}

/** Unknown where the commit has lockfiles that no audit looked at; null where it has none, or nobody says which it has. */
function unauditedAnswer({ repository }: AuditFacts, redo: string): GateAnswer | null {
  const left = repository == null ? [] : unauditedIn(repository)
  if (left.length === 0) return null
  const names = [...left.slice(0, NAMED_MAX), ...(left.length > NAMED_MAX ? ['others'] : [])].join(', ')
  return unknown(
    `${counted(left.length, 'lockfile')} of this commit ${left.length === 1 ? 'was' : 'were'} audited by nobody: ${names}`,
    `audit all of them, at the top of the repository: ${redo}`,
  )
}

const withWaivers = (answer: GateAnswer, waivers: UsedWaiver[]): GateAnswer =>
  waivers.length === 0 ? answer : { ...answer, waivers }

/** Why the data is too old to believe; null where it is not. A time that cannot be read is too old. */
function staleness(
  { newestAdvisory }: AuditFacts,
  { asked: { policy, now }, recordedAt }: { asked: AskedEvidence; recordedAt: string },
): string | null {
  if (newestAdvisory === null) return 'the advisories it judged by held no record'
  const ageMs = Date.parse(now) - Date.parse(newestAdvisory)
  if (!(ageMs >= -CLOCK_SKEW_MS)) return `its newest advisory is of ${newestAdvisory}, which is yet to come`
  const allowed = `of at most ${duration(policy.dataAgeMaxMs)}`
  if (!(ageMs <= policy.dataAgeMaxMs))
    return `its newest advisory is of ${newestAdvisory.slice(0, 16)}Z, and this environment asks for advisories ${allowed}`
  const checkedMs = Date.parse(now) - Date.parse(recordedAt)
  return checkedMs <= policy.dataAgeMaxMs
    ? null
    : `it was made at ${recordedAt}, and this environment asks for checks ${allowed}`
}

/** Said where somebody expects it to count. */
const unweighedWords = ({ unweighed = [] }: AuditFacts): string =>
  unweighed.length === 0
    ? ''
    : `; ${unweighed
        .slice(0, NAMED_MAX)
        .map(({ id, by }) => `OpenVEX ${id} weighs nothing, for ${by} may not waive here`)
        .join('; ')}`

const named = (findings: readonly JudgedFinding[]): string => {
  const shown = findings
    .slice(0, NAMED_MAX)
    .map(
      (finding) => `${finding.id} in ${finding.package} ${finding.version} (${wordsFor(finding).join(', ')})`,
    )
  const left = findings.length - shown.length
  return [...shown, ...(left > 0 ? [`and ${left} more`] : [])].join('; ')
}

const kindWords: Partial<Record<JudgedFinding['kind'], string>> = {
  malicious: 'made to do harm',
  'wrong-architecture': 'a program that the image cannot run',
}

const wordsFor = ({ kind, severity, isExploited, fixed, waiver }: JudgedFinding): string[] => [
  kindWords[kind] ?? severity,
  ...(isExploited === true ? ['known to be exploited'] : []),
  ...(kind === 'wrong-architecture' ? [] : [fixed === null ? 'no fix' : `fixed in ${fixed}`]),
  ...(waiver === null ? [] : [`its waiver until ${waiver.expires} does not cover this`]),
]

function restOf(of: (weight: Weight) => JudgedFinding[]): string {
  const parts: [Weight, string][] = [
    ['waived', 'waived'],
    ['in-grace', 'within their time of grace'],
    ['not-shipped', 'not shipped'],
    ['below', 'below the severity asked for'],
    ['no-fix', 'without a fix'],
    ['no-vulnerability', 'no vulnerability'],
  ]
  return parts
    .filter(([weight]) => of(weight).length > 0)
    .map(([weight, words]) => `${of(weight).length} ${words}`)
    .join(', ')
}

const usedWaiver = ({ id, package: name, version, waiver }: JudgedFinding): UsedWaiver[] => {
  if (waiver === null) return []
  const { owner, reason, expires } = waiver
  return [{ advisory: id, package: `${name} ${version}`, owner, reason, expires }]
}
