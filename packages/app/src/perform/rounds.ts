import { candidatePlacement } from '@towpath/domain/deployment/seating.ts'
import { trafficOf } from '@towpath/domain/deployment/traffic.ts'
import type { SmokeCheck } from '@towpath/domain/config/resolved-config.ts'
import { oldStays } from '@towpath/domain/deployment/strategy/turn.ts'
import { latencyBucket, noTraffic, trafficSince } from '@towpath/domain/signal/traffic.ts'
import type { TrafficCount } from '@towpath/domain/signal/traffic.ts'
import type { Round } from '@towpath/domain/verdict/sides.ts'
import type { Performing } from '../runner/performing.ts'
import { sidesOf } from './release-traffic.ts'
import type { Sides } from './release-traffic.ts'

/** What was added on both sides since the round before, and in how much time. */
export type TrafficRound = Round<TrafficCount>

export interface Rounds {
  /** `nowMs` is of the clock that only grows. */
  next(nowMs: number): Promise<Record<string, TrafficRound>>
  /** No more will come. */
  isSpent(): boolean
}

/** Requests of real clients, as the edge's log tells them. The first round only says where counting begins. */
export function trafficRounds(performing: Performing, services: readonly string[]): Rounds {
  let before: Sides | null = null
  let beforeMs: number | null = null
  return {
    isSpent: () => false,
    next: async (atMs) => {
      const now = await sidesOf(performing)
      const then = before ?? now
      const spanMs = atMs - (beforeMs ?? atMs)
      before = now
      beforeMs = atMs
      return Object.fromEntries(
        services.map((service) => [
          service,
          {
            spanMs,
            candidate: added(then.candidate[service], now.candidate[service]),
            baseline: added(then.previous[service], now.previous[service]),
          },
        ]),
      )
    },
  }
}

const added = (then: TrafficCount = noTraffic, now: TrafficCount = noTraffic): TrafficCount =>
  trafficSince(then, now)

/** Requests of ours per service: far more than any budget asks for, so that running out says something. */
const probesMax = 600
const probesPerRound = 10

/**
 * Requests of our own along the private entry, the same ones to both sides, for services whose clients ask too little.
 * They ask what the smoke checks ask, or the health path where there are none: GET and HEAD alone, which change nothing.
 */
export function probeRounds(performing: Performing, services: readonly string[]): Rounds {
  let sent = 0
  return {
    isSpent: () => sent >= probesMax,
    next: async () => {
      const turn = sent
      sent += probesPerRound
      const rounds = await Promise.all(
        services.map(async (service): Promise<[string, TrafficRound]> => [
          service,
          await probeBoth(performing, service, turn),
        ]),
      )
      return Object.fromEntries(rounds)
    },
  }
}

async function probeBoth(performing: Performing, service: string, turn: number): Promise<TrafficRound> {
  const { deployment } = performing
  const candidate = candidatePlacement(deployment).services[service]
  const previous = stillRuns(performing, service) ? deployment.start?.previous?.services[service] : undefined
  const round: TrafficRound = { candidate: noTraffic, baseline: noTraffic }
  for (let index = 0; index < probesPerRound; index += 1) {
    const check = checkFor(performing, service, turn + index)
    if (candidate !== undefined)
      round.candidate = counted(
        round.candidate,
        await ask(performing, { service, slot: candidate.slot }, check),
      )
    if (previous !== undefined)
      round.baseline = counted(round.baseline, await ask(performing, { service, slot: previous.slot }, check))
  }
  return round
}

/** A service whose old instance is stopped where the new one takes over has nothing left to compare with once it has moved. */
function stillRuns({ deployment }: Performing, service: string): boolean {
  const stage = trafficOf(deployment)[service]?.stage
  return oldStays(deployment.plan, service) || stage === 'before' || stage === 'admitted'
}

function checkFor({ deployment }: Performing, service: string, index: number): SmokeCheck {
  const plan = deployment.plan.services.find((candidate) => candidate.service === service)
  const checks = plan?.smoke ?? []
  const health: SmokeCheck = {
    ...{ method: 'GET', path: plan?.health.path ?? '/', headers: {}, status: 200, contains: null },
    timeoutMs: plan?.health.timeoutMs ?? 2_000,
  }
  return checks[index % Math.max(1, checks.length)] ?? health
}

interface Answer {
  failed: boolean
  tookMs: number
}

async function ask(
  { edge, edgeSpec }: Performing,
  { service, slot }: { service: string; slot: string },
  { method, path, headers, timeoutMs }: SmokeCheck,
): Promise<Answer | null> {
  const answer = await edge.probe(edgeSpec, { service, slot, method, path, headers, timeoutMs })
  // Nothing was learnt about the slot.
  if (answer.edgeDown === true) return null
  return { failed: answer.status === null || answer.status >= 500, tookMs: answer.tookMs }
}

/** One more request of ours, counted as the edge counts those of clients. */
export function counted(count: TrafficCount, answer: Answer | null): TrafficCount {
  if (answer === null) return count
  const bucket = latencyBucket(answer.tookMs)
  return {
    requests: count.requests + 1,
    errors: count.errors + (answer.failed ? 1 : 0),
    latency: { ...count.latency, [bucket]: (count.latency[bucket] ?? 0) + 1 },
  }
}
