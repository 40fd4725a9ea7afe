import type { Measure } from '@towpath/domain/deployment/command.ts'
import { budgetOf } from '@towpath/domain/deployment/strategy/move.ts'
import { forwardSteps } from '@towpath/domain/deployment/way.ts'
import type { RecordedVerdict, ServiceVerdict } from '@towpath/domain/ledger/event-data.ts'
import { noTraffic } from '@towpath/domain/signal/traffic.ts'
import type { VerdictBudget } from '@towpath/domain/verdict/budget.ts'
import { compareRound, readComparison, startComparison } from '@towpath/domain/verdict/comparison.ts'
import type { Comparison, ComparisonReading } from '@towpath/domain/verdict/comparison.ts'
import type { ProcessSignals } from '@towpath/domain/verdict/decide-verdict.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Performing } from '../runner/performing.ts'
import { failIfFused, openEyes } from './look.ts'
import type { Eyes } from './look.ts'
import type { Rounds, TrafficRound } from './rounds.ts'
import { renewEveryMs, renewTrials } from './renew-trials.ts'
import { steerEdge, wantedBy } from './steer-edge.ts'

const lookEveryMs = 200

export interface Question {
  step: string
  /** What the verdict is about. */
  services: string[]
  /** `concurrent` where old and new serve side by side; else against the time before the switch. */
  mode: 'concurrent' | 'sequential'
  /** What moved earlier in this deployment: shown to be worse it takes all back, and nobody waits for it to pass. */
  moved: string[]
  perMyriad: number
  /** A pass counts only after this time; a fail at once. */
  atLeastMs: number
  atMostMs: number
  by: Measure
  /** Brings what is compared, one round at a time. */
  rounds: Rounds
}

/**
 * Compares the candidates with the release before, look by look, until one is shown to be worse or all are shown not to
 * be, at most for the time given. Null when a person turned the deployment round meanwhile. The rules are the domain's;
 * this only looks, and keeps a trial's lease alive for as long as somebody does look.
 */
export async function judge(performing: Performing, question: Question): Promise<RecordedVerdict | null> {
  const { installation, signal } = performing
  const startedMs = installation.elapsedMs()
  const eyes = await openEyes(performing, [...question.services, ...question.moved], startedMs)
  const lease = leaseFor(performing, question)
  let comparisons = startAll(performing, question)
  for (;;) {
    signal.throwIfAborted()
    if (await performing.isTurned()) return null
    const nowMs = installation.elapsedMs()
    await lease.keep(nowMs)
    const { edgeDown } = await eyes.look(nowMs)
    await failIfFused(performing, question)
    if (edgeDown) await steerEdge(performing, wantedBy(performing, null))
    const rounds = await question.rounds.next(nowMs)
    comparisons = compareAll(comparisons, rounds, budgetFor(performing))
    const verdict = verdictOf(performing, question, { comparisons, watchedMs: nowMs - startedMs })
    if (isOver(verdict, question, eyes)) return recorded(verdict)
    await sleep(question.by === 'probes' ? 0 : lookEveryMs, undefined, { signal })
  }
}

const recorded = ({ isHopeful: _isHopeful, ...verdict }: JudgedSoFar): RecordedVerdict => verdict

/** Only a trial has a lease; it is renewed long before it runs out. */
function leaseFor(
  performing: Performing,
  { mode, services, perMyriad }: Question,
): { keep(nowMs: number): Promise<void> } {
  let renewedMs = Number.NEGATIVE_INFINITY
  return {
    keep: async (nowMs) => {
      if (mode !== 'concurrent' || perMyriad >= allOfIt || nowMs - renewedMs < renewEveryMs) return
      await renewTrials(performing, services)
      renewedMs = nowMs
    },
  }
}

const allOfIt = 10_000

/**
 * The budget of one verdict. False alarms are counted over a whole deployment, so its verdicts share them: each step that
 * is judged gets an equal part.
 */
function budgetFor({ deployment }: Performing): VerdictBudget {
  const budget = budgetOf(deployment.plan)
  const judged = forwardSteps(deployment).filter(
    ({ do: kind }) => kind === 'judge-trial' || kind === 'watch-bake',
  )
  return { ...budget, falseAlarmRatio: budget.falseAlarmRatio / Math.max(1, judged.length) }
}

type Comparisons = Record<string, Comparison>

/**
 * After a switch our own requests compare with nothing: one side bears all the traffic by then and the other none, so
 * their latencies say nothing, and errors are judged alone.
 */
function startAll({ deployment }: Performing, { services, moved, mode, by }: Question): Comparisons {
  const before = (service: string) =>
    by === 'probes' ? noTraffic : (deployment.baselines[service] ?? noTraffic)
  const sequential = (service: string): [string, Comparison] => [
    service,
    startComparison({ mode: 'sequential', before: before(service) }),
  ]
  const asked = services.map((service): [string, Comparison] =>
    mode === 'concurrent' ? [service, startComparison({ mode })] : sequential(service),
  )
  return Object.fromEntries([...moved.map(sequential), ...asked])
}

const compareAll = (
  comparisons: Comparisons,
  rounds: Record<string, TrafficRound>,
  budget: VerdictBudget,
): Comparisons =>
  Object.fromEntries(
    Object.entries(comparisons).map(([service, comparison]) => {
      const round = rounds[service]
      return [service, round === undefined ? comparison : compareRound(comparison, round, budget)]
    }),
  )

/** Over at a fail, at a pass once the shortest time has passed, when the longest time has, or when it cannot help. */
function isOver(verdict: JudgedSoFar, { atLeastMs, atMostMs, rounds }: Question, { watch }: Eyes): boolean {
  if (verdict.verdict === 'fail') return true
  const isWatched = watch.watchedMs >= Math.min(atLeastMs, atMostMs) && watch.fine
  if (verdict.verdict === 'pass' && isWatched) return true
  const isTooLate = verdict.watchedMs >= atMostMs || (verdict.watchedMs >= hopeMs && !verdict.isHopeful)
  return (isTooLate && isWatched) || rounds.isSpent()
}

/** Traffic that will not be enough shows within this time; nobody waits ten minutes to learn that nobody came. */
const hopeMs = 10_000

interface JudgedSoFar extends RecordedVerdict {
  /** At the traffic seen, this step and one more like it could come to a verdict. */
  isHopeful: boolean
}

function verdictOf(
  performing: Performing,
  { step, by, perMyriad, atMostMs, services: asked }: Question,
  { comparisons, watchedMs }: { comparisons: Comparisons; watchedMs: number },
): JudgedSoFar {
  const { deployment } = performing
  const against = deployment.start?.previous?.release ?? null
  const names = { candidate: deployment.release, baseline: against ?? 'nothing before' }
  const couldTell = (all: (readonly [string, ComparisonReading])[], withinMs: number): boolean =>
    all
      .filter(([service]) => asked.includes(service))
      .every(
        ([, reading]) => reading.verdict !== 'inconclusive' || couldTellWithin(reading, withinMs / watchedMs),
      )
  const readings = Object.entries(comparisons).map(([service, comparison]) => {
    const reading = readComparison(comparison, {
      budget: budgetFor(performing),
      process: seenAlive,
      names,
    })
    return [service, reading] as const
  })
  const services = readings.map(([service, { verdict, why, numbers }]): ServiceVerdict => ({
    ...{ service, release: deployment.release, against, mode: numbers.mode, verdict, why },
    numbers: { ...numbers },
  }))
  return {
    ...{ step, by, perMyriad, watchedMs, services },
    verdict: together(services, asked),
    why: sentencesOf(services, asked),
    timeHelps: couldTell(readings, atMostMs),
    // Answers slower than at another time are told; only more errors are worth a person's time.
    isSuspect: readings.some(([, { signals }]) => signals.errors === 'bad'),
    isHopeful: couldTell(readings, 2 * atMostMs - watchedMs),
  }
}

/** Every look that found otherwise has ended the step already. */
const seenAlive: ProcessSignals = { process: 'good', probes: 'good', restarts: 'good', outOfMemory: 'good' }

/** One that is worse takes all with it: a release goes and comes back as a set. */
function together(services: ServiceVerdict[], asked: readonly string[]): RecordedVerdict['verdict'] {
  if (services.some(({ verdict }) => verdict === 'fail')) return 'fail'
  const open = services.filter(({ service, verdict }) => asked.includes(service) && verdict !== 'pass')
  return open.length === 0 ? 'pass' : 'inconclusive'
}

/** What decides it comes first; what only agrees is left to the numbers. */
function sentencesOf(services: ServiceVerdict[], asked: readonly string[]): string {
  const verdict = together(services, asked)
  if (verdict !== 'fail' && asked.length === 0)
    return 'Nothing was live before to compare with; its health checks passed all the time.'
  return services
    .filter(
      (service) => service.verdict === verdict && (verdict === 'fail' || asked.includes(service.service)),
    )
    .map(({ service, why }) => `${service}: ${why}`)
    .join(' ')
}

/** As many times what was seen so far would be enough. */
const couldTellWithin = ({ numbers: { errors, latency } }: ComparisonReading, times: number): boolean =>
  [errors, latency].every(({ signal, moreRequests }) => {
    if (signal !== 'unknown') return true
    return moreRequests !== null && moreRequests <= errors.candidate.requests * times
  })
