import { severityRanks } from '../advisory/severity.ts'
import type { Severity } from '../advisory/severity.ts'
import { findingKey } from '../evidence/subject-evidence.ts'
import { assess } from './assess.ts'
import type { AssessRules } from './assess.ts'
import { canonicalText } from './canonical-text.ts'
import { flawKey } from './live-finding.ts'
import type { FindingCause, Flaw, LiveFinding, MatchInputs } from './live-finding.ts'

/** What became otherwise for one and the same cause. */
export interface FindingChanges {
  cause: FindingCause
  appeared: readonly LiveFinding[]
  /** As they are from now on. */
  rescored: readonly LiveFinding[]
  /** Keys (`flawKey`) of those that are gone. */
  resolved: readonly string[]
}

type Flaws = ReadonlyMap<string, Flaw>

export interface FindingsQuestion {
  /** What was known before, and by what; null where this release was never looked at. */
  before: { inputs: MatchInputs; findings: Readonly<Record<string, LiveFinding>> } | null
  inputs: MatchInputs
  /** By today's matching and data: of the former inventory, null where nobody can read it any more; and of today's. */
  flaws: { former: Flaws | null; current: Flaws }
  /** RFC 3339. */
  now: string
  /** `findingKey` -> since when some release kept in the environment is known to have it. */
  knownSince: Readonly<Record<string, string>>
}

/**
 * What came, went or is weighed otherwise, each with exactly one cause. Where several inputs changed at once they are
 * taken one after the other, in the order of `findingCauses`: the step that makes a difference is its cause. With a new
 * engine the data of then may be gone, so both are told as `engine`. A release that was never looked at, or whose former
 * inventory is gone, has all its differences from its inventory. Nothing changes where the inputs are the same.
 */
export function decideFindings(question: FindingsQuestion): FindingChanges[] {
  let state: Readonly<Record<string, LiveFinding>> = question.before?.findings ?? {}
  const changes: FindingChanges[] = []
  for (const { cause, flaws, rules } of stepsOf(question)) {
    const step = differences(state, { cause, flaws, rules, question })
    if (step.appeared.length + step.rescored.length + step.resolved.length === 0) continue
    changes.push(step)
    state = applyChanges(state, step)
  }
  return changes
}

interface Step {
  cause: FindingCause
  flaws: Flaws
  rules: AssessRules
}

function stepsOf({ before, inputs, flaws }: FindingsQuestion): Step[] {
  const { current, former } = flaws
  if (before === null) return [{ cause: 'inventory', flaws: current, rules: inputs }]
  const old = before.inputs
  const isMatchedAnew = old.engine !== inputs.engine || old.data !== inputs.data
  const isOther = old.inventory !== inputs.inventory
  const asBefore = isOther ? former : current
  const { waivers, vex, gateWaivers } = inputs
  const waived = { ...old, waivers, vex, gateWaivers }
  return [
    ...(isMatchedAnew && asBefore !== null
      ? [{ cause: old.engine === inputs.engine ? 'data' : 'engine', flaws: asBefore, rules: old } as const]
      : []),
    ...(isOther ? [{ cause: 'inventory', flaws: current, rules: old } as const] : []),
    { cause: 'waiver', flaws: current, rules: waived },
    { cause: 'policy', flaws: current, rules: inputs },
  ]
}

function differences(
  state: Readonly<Record<string, LiveFinding>>,
  { cause, flaws, rules, question }: Step & { question: FindingsQuestion },
): FindingChanges {
  const appeared: LiveFinding[] = []
  const rescored: LiveFinding[] = []
  for (const [key, flaw] of flaws) {
    const known = Object.hasOwn(state, key) ? state[key] : undefined
    const next = findingOf(flaw, { rules, known, question })
    if (known === undefined) appeared.push(next)
    else if (contentOf(known) !== contentOf(next)) rescored.push(next)
  }
  return { cause, appeared, rescored, resolved: Object.keys(state).filter((key) => !flaws.has(key)) }
}

function findingOf(
  flaw: Flaw,
  {
    rules,
    known,
    question,
  }: { rules: AssessRules; known: LiveFinding | undefined; question: FindingsQuestion },
): LiveFinding {
  const { now, knownSince } = question
  const since = known?.since ?? knownSince[findingKey(flaw)] ?? now
  const clockFrom = known === undefined ? since : isWorse(known, flaw) ? now : known.clockFrom
  return { ...flaw, ...assess(flaw, rules), since, clockFrom }
}

const isWorse = (known: Flaw, next: Flaw): boolean =>
  rankOf(next.severity) > rankOf(known.severity) || (next.isExploited === true && known.isExploited !== true)

const rankOf = (severity: Severity): number =>
  severityRanks.indexOf(severity === 'unscored' ? 'high' : severity)

/** Everything but times, which say nothing new of a finding. */
const contentOf = ({ since: _since, clockFrom: _clockFrom, ...content }: LiveFinding): string =>
  canonicalText(content)

/** The findings after a change: folding all changes of a release gives what is known of it. */
export function applyChanges(
  state: Readonly<Record<string, LiveFinding>>,
  { appeared, rescored, resolved }: Pick<FindingChanges, 'appeared' | 'rescored' | 'resolved'>,
): Record<string, LiveFinding> {
  const gone = new Set(resolved)
  const kept = Object.entries(state).filter(([key]) => !gone.has(key))
  const next = [...appeared, ...rescored].map((finding) => [flawKey(finding), finding] as const)
  return Object.fromEntries([...kept, ...next])
}
