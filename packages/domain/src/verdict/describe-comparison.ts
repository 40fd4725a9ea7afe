import type { ComparisonMode } from './budget.ts'
import type { ErrorCount, ErrorReading } from './errors/read-errors.ts'
import type { LatencyReading } from './latency/read-latency.ts'
import type { Finding } from './reading.ts'

/** All numbers of a comparison, for the ledger. */
export interface ComparisonNumbers {
  mode: ComparisonMode
  errors: ErrorReading
  latency: LatencyReading
}

/** How the two sides are called in a sentence. */
export interface SideNames {
  candidate: string
  baseline: string
}

/** The numbers as sentences: what was counted, what it proves, and what is still needed. */
export function describeComparison(
  numbers: ComparisonNumbers,
  names: SideNames = { candidate: 'the new release', baseline: 'the old one' },
): string {
  const earlier = numbers.mode === 'sequential' ? ' before the switch' : ''
  return [
    describeErrors(numbers.errors, { ...names, baseline: `${names.baseline}${earlier}` }),
    describeLatency(numbers.latency, earlier),
    ...needs(numbers),
  ]
    .map(sentence)
    .join(' ')
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

function describeErrors(
  { candidate, baseline, worseBy, worse, sound, signal }: ErrorReading,
  names: SideNames,
) {
  const counted = `${names.candidate} failed ${countText(candidate, ' requests')}, ${names.baseline} ${countText(baseline, '')}`
  const proof = signal === 'good' ? sound : worse
  return `${counted}: ${differenceText(worseBy)}, ${proofText(proof, signal === 'good')}`
}

const proofText = (finding: Finding, isSound: boolean): string =>
  `evidence ${isSound ? 'that it is sound ' : ''}${evidenceText(finding.evidence)} of ${numberText(finding.needed)} needed`

/** Beyond a million nobody compares any more. */
const evidenceText = (evidence: number): string =>
  evidence >= 1_000_000 ? 'over a million' : numberText(evidence)

const countText = ({ errors, requests, ratio }: ErrorCount, noun: string): string =>
  `${numberText(errors)} of ${numberText(requests)}${noun}${ratio === null ? '' : ` (${percentText(ratio)})`}`

function differenceText(worseBy: number | null): string {
  if (worseBy === null) return 'nothing to compare'
  const points = `${Math.abs(worseBy * 100).toFixed(1)} points`
  return worseBy < 0 ? `better by ${points}` : `worse by ${points}`
}

function describeLatency(
  { candidate, baseline, slow, sound, signal }: LatencyReading,
  earlier: string,
): string {
  if (candidate.p50Ms === null || candidate.p95Ms === null) return 'no latency of it was seen'
  if (signal === 'not-applicable')
    return `half of its answers began within ${msText(candidate.p50Ms)}, 95% within ${msText(candidate.p95Ms)}; nothing is known from before`
  const proof = signal === 'good' ? sound : slow
  const than = (ms: number | null): string => (ms === null ? '' : ` (old: ${msText(ms)})`)
  const quantiles = `half of its answers began within ${msText(candidate.p50Ms)}${than(baseline.p50Ms)}, 95% within ${msText(candidate.p95Ms)}${than(baseline.p95Ms)}${earlier}`
  return `${quantiles}; ${proofText(proof, signal === 'good')}`
}

function needs({ errors, latency }: ComparisonNumbers): string[] {
  const both = [
    ['errors', errors.signal, errors.moreRequests],
    ['latency', latency.signal, latency.moreRequests],
  ] as const
  return both.flatMap(([name, signal, more]) => {
    if (signal !== 'unknown') return []
    return more === null
      ? [`nobody can say how many requests are still needed to judge ${name}`]
      : [`to judge ${name} takes about ${numberText(more)} more requests of the new release`]
  })
}

/** Three digits that count, thousands apart. */
function numberText(value: number): string {
  if (value < 100) return String(Number(value.toPrecision(3)))
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}

const percentText = (ratio: number): string => `${(ratio * 100).toFixed(1)}%`
const msText = (ms: number): string => `${numberText(Math.round(ms))} ms`
