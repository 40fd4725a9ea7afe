import { duration } from '../config/duration-text.ts'
import type { ProbeResult } from '../signal/probe-result.ts'
import { noTraffic } from '../signal/traffic.ts'
import type { TrafficCount } from '../signal/traffic.ts'
import type { VerdictBudget } from '../verdict/budget.ts'
import { compareRound, readComparison, startComparison } from '../verdict/comparison.ts'
import type { Comparison, ComparisonReading } from '../verdict/comparison.ts'
import type { ProcessSignals } from '../verdict/decide-verdict.ts'
import { startWatch, watchRound, watchVerdict } from '../verdict/watch-verdict.ts'
import type { Watch } from '../verdict/watch-verdict.ts'
import { settleMs } from './notice-change.ts'
import type { FaultCause, ObservedVerdict } from './observed-deployment.ts'

/** Good looks in a row before a container counts as healthy, as for a candidate of a deployment of Towpath's own. */
const goodInARow = 2

/** How one container was found by one look. */
export interface ContainerLook {
  /** How often its restart policy started it again since this deployment. */
  restarts: number
  runs: boolean
  exitCode: number | null
  oomKilled: boolean
  probe: ProbeResult
}

/** One look at the services that changed: every container of theirs, by name, and the answers to requests of our own. */
export interface ObservedRound {
  /** Of a clock that only grows, since judging began. */
  nowMs: number
  containers: Record<string, ContainerLook & { service: string }>
  traffic: Record<string, TrafficCount>
  /** What a smoke check was given instead of what it wanted; undefined where none was asked in this round. */
  smoke?: { service: string; fault: string } | null
}

export interface JudgeRules {
  services: { service: string; withinMs: number }[]
  bakeMs: number
  budget: VerdictBudget
  /** Whether smoke checks have to be asked before the watch begins. */
  smoke: boolean
  /** Requests of our own to each service while it was at rest before, without latency: what the new one is compared with. */
  before: Record<string, TrafficCount>
}

/** What has been seen so far. Plain data; grows by one round. */
export interface Judging {
  lastMs: number
  good: Record<string, number>
  /** Since when a container was found not running. */
  downSinceMs: Record<string, number>
  /** Null until every container was healthy. */
  healthyMs: number | null
  smoked: boolean
  /** Whether any probe could be asked at all. */
  asked: boolean
  watch: Watch
  comparisons: Record<string, Comparison>
}

export const startJudging = ({ services, before, smoke }: JudgeRules): Judging => ({
  lastMs: 0,
  good: {},
  downSinceMs: {},
  healthyMs: null,
  smoked: !smoke,
  asked: false,
  watch: startWatch,
  comparisons: Object.fromEntries(
    services.map(({ service }) => [
      service,
      startComparison({ mode: 'sequential', before: before[service] ?? noTraffic }),
    ]),
  ),
})

/** Whether smoke checks are what the next round should bring. */
export const wantsSmoke = ({ healthyMs, smoked }: Judging): boolean => healthyMs !== null && !smoked

/** Whether requests of our own are what the next round should bring. */
export const wantsTraffic = ({ healthyMs, smoked }: Judging): boolean => healthyMs !== null && smoked

/**
 * One more round, and the verdict as soon as there is one. The order is that of a deployment: healthy within its time,
 * then smoke checks, then watched until the bake is over. Death fails at once, unhealthiness after three looks, errors
 * as soon as they are proven.
 */
export function judgeRound(
  judging: Judging,
  round: ObservedRound,
  rules: JudgeRules,
): { judging: Judging; verdict: ObservedVerdict | null } {
  const next = grown(judging, round, rules)
  const watchedMs = next.healthyMs === null ? 0 : next.watch.watchedMs
  const fault = faultOf(next, round, rules)
  if (fault !== null)
    return {
      judging: next,
      verdict: { verdict: 'fail', ...fault, watchedMs, numbers: numbersOf(next, rules) },
    }
  const end = endOf(next, round, rules)
  return {
    judging: next,
    verdict:
      end === null
        ? null
        : { ...end, cause: null, service: null, watchedMs, numbers: numbersOf(next, rules) },
  }
}

function grown(judging: Judging, round: ObservedRound, rules: JudgeRules): Judging {
  const { nowMs, containers, traffic } = round
  const looks = Object.entries(containers).map(([name, look]) => [name, heard(look)] as const)
  const good = Object.fromEntries(
    looks.map(([name, { probe, runs }]) => [
      name,
      probe.saw === 'good' && runs ? (judging.good[name] ?? 0) + 1 : 0,
    ]),
  )
  const downSinceMs = Object.fromEntries(
    looks.flatMap(([name, { runs }]) => (runs ? [] : [[name, judging.downSinceMs[name] ?? nowMs]])),
  )
  const isHealthy = looks.length > 0 && looks.every(([name]) => (good[name] ?? 0) >= goodInARow)
  const healthyMs = judging.healthyMs ?? (isHealthy ? nowMs : null)
  const smoked = judging.smoked || round.smoke === null
  const watches = judging.healthyMs !== null && smoked
  return {
    lastMs: nowMs,
    good,
    downSinceMs,
    healthyMs,
    smoked,
    asked: judging.asked || looks.some(([, { probe }]) => probe.saw !== 'edge-down'),
    watch: watches
      ? watchRound(judging.watch, {
          sinceLastMs: nowMs - judging.lastMs,
          looks: Object.fromEntries(looks.map(([name, { probe }]) => [name, probe])),
        })
      : judging.watch,
    comparisons: watches ? compared(judging.comparisons, traffic, rules.budget) : judging.comparisons,
  }
}

/** One that does not run cannot be asked; whether it is dead or only being replaced is not for its probe to say. */
const heard = <L extends ContainerLook>(look: L): L =>
  look.runs ? look : { ...look, probe: { saw: 'edge-down', text: 'it does not run' } }

const compared = (
  comparisons: Record<string, Comparison>,
  traffic: Record<string, TrafficCount>,
  budget: VerdictBudget,
): Record<string, Comparison> =>
  Object.fromEntries(
    Object.entries(comparisons).map(([service, comparison]) => {
      const candidate = traffic[service]
      if (candidate === undefined) return [service, comparison]
      return [service, compareRound(comparison, { candidate, baseline: noTraffic }, budget)]
    }),
  )

type Fault = Pick<ObservedVerdict, 'cause' | 'service' | 'why'> & { cause: FaultCause }

function faultOf(judging: Judging, round: ObservedRound, rules: JudgeRules): Fault | null {
  return (
    goneFault(round, rules) ??
    deathFault(judging, round) ??
    neverHealthy(judging, round, rules) ??
    smokeFault(round) ??
    probeFault(judging, round) ??
    errorFault(judging, rules)
  )
}

/** A shipped service without a container is no service. */
function goneFault({ containers }: ObservedRound, { services }: JudgeRules): Fault | null {
  const seen = new Set(Object.values(containers).map(({ service }) => service))
  const gone = services.find(({ service }) => !seen.has(service))?.service
  if (gone === undefined) return null
  return { cause: 'removed', service: gone, why: `${gone} has no container any more.` }
}

/** Restarted by its policy: dead already. Not running: only once it stayed so, as a script stops before it replaces. */
function deathFault(judging: Judging, { containers, nowMs }: ObservedRound): Fault | null {
  for (const [name, look] of Object.entries(containers)) {
    const downMs = nowMs - (judging.downSinceMs[name] ?? nowMs)
    if (look.restarts === 0 && (look.runs || downMs < settleMs)) continue
    const again = look.restarts > 0 ? ` and was started again ${look.restarts} times` : ''
    const code = look.exitCode === null ? '' : ` with code ${look.exitCode}`
    const memory = look.oomKilled ? ', killed for want of memory' : ''
    const when = judging.healthyMs === null ? 'before it was healthy' : 'while it was watched'
    return {
      cause: judging.healthyMs === null ? 'exited' : 'died',
      service: look.service,
      why: `${look.service} exited${code}${memory}${again} ${when}.`,
    }
  }
  return null
}

function neverHealthy(judging: Judging, round: ObservedRound, { services }: JudgeRules): Fault | null {
  if (judging.healthyMs !== null) return null
  const late = Object.entries(round.containers).find(([name, { service, probe }]) => {
    const withinMs = services.find((one) => one.service === service)?.withinMs ?? 0
    return (judging.good[name] ?? 0) < goodInARow && probe.saw === 'bad' && round.nowMs >= withinMs
  })
  if (late === undefined) return null
  const { service, probe } = late[1]
  const withinMs = services.find((one) => one.service === service)?.withinMs ?? 0
  return {
    cause: 'never-healthy',
    service,
    why: `${service} did not get healthy within ${duration(withinMs)}: its health check gave ${probe.text}.`,
  }
}

const smokeFault = ({ smoke }: ObservedRound): Fault | null =>
  smoke === undefined || smoke === null
    ? null
    : { cause: 'smoke-check', service: smoke.service, why: smoke.fault }

function probeFault({ watch }: Judging, { containers }: ObservedRound): Fault | null {
  const judged = watchVerdict(watch, Number.POSITIVE_INFINITY)
  if (judged.verdict !== 'fail') return null
  const look = containers[judged.service]
  const service = look?.service ?? judged.service
  const saw = look?.probe.text ?? 'no answer'
  return {
    cause: 'probes-failing',
    service,
    why: `${service} stopped answering its health check while it was watched: ${saw}.`,
  }
}

function errorFault(judging: Judging, rules: JudgeRules): Fault | null {
  const failed = Object.entries(readings(judging, rules)).find(([, { verdict }]) => verdict === 'fail')
  return failed === undefined
    ? null
    : { cause: 'errors', service: failed[0], why: `${failed[0]}: ${failed[1].why}` }
}

/** Every look that found otherwise has ended the judgement already. */
const seenAlive: ProcessSignals = { process: 'good', probes: 'good', restarts: 'good', outOfMemory: 'good' }

const readings = ({ comparisons }: Judging, { budget }: JudgeRules): Record<string, ComparisonReading> =>
  Object.fromEntries(
    Object.entries(comparisons).map(([service, comparison]) => [
      service,
      readComparison(comparison, {
        budget,
        process: seenAlive,
        names: { candidate: 'what runs now', baseline: 'what ran before' },
      }),
    ]),
  )

const numbersOf = (judging: Judging, rules: JudgeRules): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(readings(judging, rules)).map(([service, { numbers }]) => [service, numbers]),
  )

/** Watched long enough, fine, and shown to be sound; or too late to learn anything more, which is no pass. */
function endOf(
  judging: Judging,
  { nowMs }: ObservedRound,
  rules: JudgeRules,
): Pick<ObservedVerdict, 'verdict' | 'why'> | null {
  const open = Object.entries(readings(judging, rules)).filter(([, { verdict }]) => verdict !== 'pass')
  if (open.length === 0 && watchVerdict(judging.watch, rules.bakeMs).verdict === 'pass')
    return {
      verdict: 'pass',
      why: `Healthy after ${duration(judging.healthyMs ?? 0)}, watched for ${duration(judging.watch.watchedMs)}, nothing wrong.`,
    }
  const latestMs = Math.max(0, ...rules.services.map(({ withinMs }) => withinMs)) + rules.bakeMs + graceMs
  return nowMs < latestMs ? null : { verdict: 'inconclusive', why: openWhy(judging, open) }
}

function openWhy(judging: Judging, open: [string, ComparisonReading][]): string {
  if (!judging.asked)
    return 'Nobody could ask it: its containers have no address that this server reaches, and no health check of their own.'
  if (judging.healthyMs === null) return 'Its health check gave no clear answer in all its time.'
  const [first] = open
  return first === undefined ? 'Its health check was not good at the end.' : `${first[0]}: ${first[1].why}`
}

/** How much longer than its bake it is asked where too few requests were answered for a verdict. */
const graceMs = 30_000
