import type { ServiceConfig, SmokeCheck } from '@towpath/domain/config/resolved-config.ts'
import { probeResult } from '@towpath/domain/signal/probe-result.ts'
import type { ProbeResult } from '@towpath/domain/signal/probe-result.ts'
import { noTraffic } from '@towpath/domain/signal/traffic.ts'
import type { TrafficCount } from '@towpath/domain/signal/traffic.ts'
import type { ObservedRound } from '@towpath/domain/watch/judge-observed.ts'
import { counted } from '../perform/rounds.ts'
import { smokeFault } from '../perform/run-smoke-checks.ts'
import type { ContainerState } from '../ports/container-engine.ts'
import type { HttpAnswer, HttpRequest } from '../ports/http-probe.ts'
import type { SeenServices } from './see-services.ts'
import type { WatchedHost } from './watched-host.ts'

/** Requests of ours to each service in a round of judging, and in all: far more than any budget asks for, and no load. */
const requestsPerRound = 8
const requestsMax = 600

/** Whether containers of this host were ever heard from here: before that, silence may be the network's. */
export interface Hearing {
  isHeard: boolean
}

export interface RoundOptions {
  services: readonly string[]
  nowMs: number
  /** Restarts that each container had behind it, by name. */
  restartsBefore: Readonly<Record<string, number>>
  /** Rounds that brought requests of ours before; they take the paths in turn. Null: no requests in this one. */
  turn: number | null
  smoke: boolean
  hearing: Hearing
}

/** One look at services that changed: every container, some requests to each service, and smoke checks where it is time. */
export async function lookRound(
  host: WatchedHost,
  seen: SeenServices,
  options: RoundOptions,
): Promise<ObservedRound> {
  const services = host.config.services.filter(({ name }) => options.services.includes(name))
  const looks = await Promise.all(services.map((service) => lookAtService(host, { service, seen }, options)))
  const smoke = options.smoke ? { smoke: await askSmoke(host, services, seen) } : {}
  return {
    nowMs: options.nowMs,
    containers: Object.fromEntries(looks.flat()),
    traffic: await trafficOf(host, { services, seen }, options),
    ...smoke,
  }
}

async function trafficOf(
  host: WatchedHost,
  { services, seen }: { services: ServiceConfig[]; seen: SeenServices },
  { turn, hearing }: RoundOptions,
): Promise<Record<string, TrafficCount>> {
  if (turn === null || turn * requestsPerRound >= requestsMax) return {}
  const asked = { count: requestsPerRound, turn: turn * requestsPerRound, hearing }
  const counts = await Promise.all(
    services.map(async (service): Promise<[string, TrafficCount]> => [
      service.name,
      await ownRequests(host, { service, seen }, asked),
    ]),
  )
  return Object.fromEntries(counts)
}

interface Looked {
  service: ServiceConfig
  seen: SeenServices
}

const lookAtService = (
  host: WatchedHost,
  { service, seen }: Looked,
  { restartsBefore, hearing }: RoundOptions,
): Promise<[string, ObservedRound['containers'][string]][]> =>
  Promise.all(
    (seen.containers[service.name] ?? []).map(
      async (container): Promise<[string, ObservedRound['containers'][string]]> => [
        container.name,
        {
          service: service.name,
          runs: container.status === 'running' || container.status === 'restarting',
          restarts: Math.max(0, container.restarts - (restartsBefore[container.name] ?? 0)),
          exitCode: container.exitCode,
          oomKilled: container.oomKilled,
          probe: await healthOf(host, { service, container }, hearing),
        },
      ],
    ),
  )

/** By the health path, else by the container's own health check; where neither can be asked, nothing is known. */
async function healthOf(
  host: WatchedHost,
  { service, container }: { service: ServiceConfig; container: ContainerState },
  hearing: Hearing,
): Promise<ProbeResult> {
  const { path, timeoutMs } = service.health
  const answer = await ask(host, { service, container }, { method: 'GET', path, headers: {}, timeoutMs })
  if (answer !== null && isTold(answer, hearing)) return probeResult(answer, service.health)
  switch (container.health) {
    case 'healthy':
      return { saw: 'good', text: "its container's own health check" }
    case 'unhealthy':
      return { saw: 'bad', text: "its container's own health check failed" }
    default:
      return { saw: 'edge-down', text: answer?.fault ?? 'it has no address on the host' }
  }
}

function isTold(answer: HttpAnswer, hearing: Hearing): boolean {
  if (answer.isHeard) hearing.isHeard = true
  return answer.edgeDown !== true && hearing.isHeard
}

const ask = async (
  { probe }: WatchedHost,
  { service, container }: { service: ServiceConfig; container: ContainerState },
  question: Omit<HttpRequest, 'address' | 'port'>,
): Promise<HttpAnswer | null> => {
  const [address] = Object.values(container.addresses)
  return address === undefined ? null : await probe.ask({ address, port: service.port, ...question })
}

/** Requests that stand for those of clients: what the smoke checks ask, else the health path. GET and HEAD alone. */
export async function ownRequests(
  host: WatchedHost,
  { service, seen }: Looked,
  { count, turn, hearing }: { count: number; turn: number; hearing: Hearing },
): Promise<TrafficCount> {
  const running = (seen.containers[service.name] ?? []).filter(({ status }) => status === 'running')
  const questions = questionsOf(service)
  let traffic = noTraffic
  for (let index = turn; index < turn + count; index += 1) {
    const container = running[index % Math.max(1, running.length)]
    const question = questions[index % questions.length]
    if (container === undefined || question === undefined) return traffic
    const answer = await ask(host, { service, container }, question)
    if (answer === null || !isTold(answer, hearing)) continue
    const failed = answer.status === null || answer.status >= 500
    traffic = counted(traffic, { failed, tookMs: answer.tookMs })
  }
  return traffic
}

const questionsOf = ({ smoke, health }: ServiceConfig): Omit<HttpRequest, 'address' | 'port'>[] =>
  smoke.length > 0
    ? smoke.map(questionOf)
    : [{ method: 'GET', path: health.path, headers: {}, timeoutMs: health.timeoutMs }]

const questionOf = ({
  method,
  path,
  headers,
  timeoutMs,
}: SmokeCheck): Omit<HttpRequest, 'address' | 'port'> => ({
  ...{ method, path, headers, timeoutMs },
})

/** Every smoke check of every container, up to the first that fails. */
async function askSmoke(
  host: WatchedHost,
  services: ServiceConfig[],
  seen: SeenServices,
): Promise<{ service: string; fault: string } | null> {
  for (const service of services)
    for (const container of seen.containers[service.name] ?? [])
      for (const check of service.smoke) {
        const answer = await ask(host, { service, container }, questionOf(check))
        // What cannot be asked here is left to the verdict, which is then open.
        if (answer === null || answer.edgeDown === true) continue
        const fault = smokeFault(service.name, check, answer)
        if (fault !== null) return { service: service.name, fault }
      }
  return null
}
