import { noEvidencePolicy } from '../evidence/evidence-policy.ts'
import type { EvidenceGate, EvidencePolicy } from '../evidence/evidence-policy.ts'
import { notApplicable, unknown } from './answers.ts'
import type { EvidenceSeen, ReleaseEvidence } from './evidence-facts.ts'
import type { Gate, GateAnswer, UsedWaiver } from './gate.ts'

/** What a gate over evidence may look at. */
export interface AskedEvidence {
  evidence: ReleaseEvidence
  policy: EvidencePolicy
  now: string
}

interface SubjectSeen<Facts> {
  /** Commit or image; null where a build does not say what it was made of. */
  subject: string | null
  services: string[]
  seen: EvidenceSeen<Facts>
}

/**
 * A gate over signed evidence: asked of every commit or image of the release, each of which has to pass. Missing
 * evidence, evidence that does not hold, and a release that names no subject are all unknown, never pass.
 */
export function evidenceGate<Facts>(given: {
  name: EvidenceGate
  title: string
  subjectsOf: (asked: AskedEvidence) => SubjectSeen<Facts>[]
  judge: Judge<Facts>
  /** The command that brings the evidence for a subject. */
  redo: (subject: string) => string
}): Gate {
  const { name, title, subjectsOf, judge, redo } = given
  return {
    name,
    title,
    safety: false,
    evaluate: (facts) => {
      const policy = facts.policy.evidence ?? noEvidencePolicy
      if (!policy.gates.includes(name)) return notApplicable('this environment does not ask for it')
      if (facts.evidence === undefined)
        return unknown('nobody looked for evidence then', 'deploy again, so that it is looked for')
      const asked = { evidence: facts.evidence, policy, now: facts.now }
      const subjects = subjectsOf(asked)
      if (subjects.length === 0)
        return unknown('the release holds no build to have evidence of', 'create a release with builds')
      return worstOf(
        subjects.map((one) => {
          const missing = missingEvidence(one, { version: facts.release.version, redo })
          return { ...one, answer: missing ?? judgeSeen(one, asked, judge) }
        }),
      )
    },
  }
}

type Judge<Facts> = (
  facts: Facts,
  asked: AskedEvidence,
  about: { subject: string; recordedAt: string },
) => GateAnswer

function judgeSeen<Facts>(
  { subject, seen }: SubjectSeen<Facts>,
  asked: AskedEvidence,
  judge: Judge<Facts>,
): GateAnswer {
  if (seen.state !== 'present') return unknown('there is no evidence', 'bring it: towpath evidence add FILE')
  return judge(seen.facts, asked, { subject: subject ?? '', recordedAt: seen.recordedAt })
}

/** Why there is nothing to judge; null where there is. */
function missingEvidence(
  { subject, seen, services }: SubjectSeen<unknown>,
  { version, redo }: { version: string; redo: (subject: string) => string },
): GateAnswer | null {
  if (subject === null)
    return unknown(
      `the release does not say in full which commit ${services.join(', ')} was built from`,
      `create it with its commit, under a new version than ${version}: towpath release create VERSION --commit COMMIT`,
    )
  if (seen.state === 'absent') return unknown('there is no evidence', redo(subject))
  if (seen.state === 'unreadable')
    return unknown(
      `the evidence does not hold: ${seen.why}`,
      `see what happened to it: towpath evidence verify --subject ${subject}; then ${redo(subject)}`,
    )
  return null
}

const rank = { fail: 0, unknown: 1, pass: 2, 'not-applicable': 3 } as const

/** The worst answer of all subjects, named by its subject where there are several; every waiver that was used. */
function worstOf(
  answers: readonly { subject: string | null; services: string[]; answer: GateAnswer }[],
): GateAnswer {
  const sorted = answers.toSorted((a, b) => rank[a.answer.answer] - rank[b.answer.answer])
  const [worst] = sorted
  if (worst === undefined) return unknown('there is nothing to judge', 'create a release with builds')
  const waivers: UsedWaiver[] = answers.flatMap(({ answer }) => answer.waivers ?? [])
  const about = `${worst.services.join(', ')} (${shortSubject(worst.subject)})`
  const others = answers.length - 1
  const why =
    worst.answer.answer === 'pass' && others > 0
      ? `${about} and ${others} more: ${worst.answer.why}`
      : `${about}: ${worst.answer.why}`
  return { ...worst.answer, why, ...(waivers.length === 0 ? {} : { waivers }) }
}

const shortSubject = (subject: string | null): string =>
  subject === null ? 'no commit' : subject.slice(0, subject.startsWith('sha256:') ? 19 : 12)
