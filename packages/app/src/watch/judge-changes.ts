import { addTraffic } from '@towpath/domain/signal/traffic.ts'
import type { TrafficCount } from '@towpath/domain/signal/traffic.ts'
import { judgeRound, startJudging, wantsSmoke, wantsTraffic } from '@towpath/domain/watch/judge-observed.ts'
import type { JudgeRules } from '@towpath/domain/watch/judge-observed.ts'
import type { ObservedVerdict } from '@towpath/domain/watch/observed-deployment.ts'
import { runsWell } from '@towpath/domain/watch/watch-state.ts'
import { lookRound, ownRequests } from './look-round.ts'
import type { SeenServices } from './see-services.ts'
import type { JudgedNow, Session } from './session.ts'

/** Requests while nothing changes that are remembered for a comparison: of the past hour at most. */
const restRequestsMax = 2_000

/** One request of ours to each service while nothing changes: what the next deployment is compared with. */
export async function restOnce(session: Session, seen: SeenServices): Promise<void> {
  const { host, rest, watch } = session
  // What would have been taken back is nothing to compare with: its place would have the release before.
  if (!runsWell(watch)) return
  await Promise.all(
    host.config.services.map(async (service) => {
      const known = rest[service.name]
      const turn = known?.requests ?? 0
      const asked = { count: 1, turn, hearing: session.hearing }
      const { requests, errors } = await ownRequests(host, { service, seen }, asked)
      // Latency at another time says nothing: a verdict after a switch does not look at it either.
      const added: TrafficCount = { requests, errors, latency: {} }
      rest[service.name] = known === undefined || turn >= restRequestsMax ? added : addTraffic(known, added)
    }),
  )
}

/** One round of the judgement under way; a verdict is recorded at once. */
export async function judgeOnce(session: Session, seen: SeenServices): Promise<void> {
  const { judged, host } = session
  if (judged === null) return
  const rules = rulesOf(session, judged)
  const judging = judged.judging ?? startJudging(rules)
  if (judged.judging === null) judged.restartsBefore = restartsBefore(judged, seen)
  const round = await lookRound(host, seen, {
    services: judged.deployment.services,
    nowMs: host.installation.elapsedMs() - judged.startedMs,
    restartsBefore: judged.restartsBefore,
    turn: wantsTraffic(judging) ? judged.turn : null,
    smoke: wantsSmoke(judging),
    hearing: session.hearing,
  })
  const next = judgeRound(judging, round, rules)
  judged.judging = next.judging
  if (wantsTraffic(judging)) judged.turn += 1
  if (next.verdict === null) return
  await recordVerdict(session, next.verdict)
  if (next.verdict.verdict !== 'pass') return
  // What follows is compared with how this one fares from here on.
  for (const service of judged.deployment.services) delete session.rest[service]
}

function rulesOf({ host: { config } }: Session, { deployment, before }: JudgedNow): JudgeRules {
  const services = config.services.filter(({ name }) => deployment.services.includes(name))
  return {
    services: deployment.services.map((service) => ({
      service,
      withinMs: services.find(({ name }) => name === service)?.health.withinMs ?? 0,
    })),
    bakeMs: config.strategy.bakeMs,
    budget: config.strategy.verdict,
    smoke: services.some(({ smoke }) => smoke.length > 0),
    before,
  }
}

/** A container that served before may have restarted long ago; a fresh one never. */
function restartsBefore({ deployment }: JudgedNow, { containers }: SeenServices): Record<string, number> {
  const old = new Set(
    Object.values(deployment.from).flatMap((service) => service.containers.map(({ id }) => id)),
  )
  return Object.fromEntries(
    Object.values(containers)
      .flat()
      .filter(({ id }) => old.has(id))
      .map(({ name, restarts }) => [name, restarts]),
  )
}

/** Appends the verdict on the deployment that is judged; once, whoever asks again. */
export async function recordVerdict(session: Session, verdict: ObservedVerdict): Promise<void> {
  const { host, environment, judged } = session
  if (judged === null) return
  const { id, release } = judged.deployment
  await host.installation.store.append({
    type: 'deployment.judged',
    actor: 'towpath',
    idem: `${id}/judged`,
    environment,
    ...(release === null ? {} : { release }),
    data: { id, ...verdict },
  })
}
