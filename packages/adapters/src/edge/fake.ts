import type { Edge, EdgeSpec, ProbeAnswer, ProbeRequest } from '@towpath/app/ports/edge.ts'
import { type CurrentEdge, planMoves } from '@towpath/domain/edge/plan-moves.ts'
import type { WantedEdge } from '@towpath/domain/edge/wanted.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { fenced, slotServes, takesRequests, unreachable } from './edge-errors.ts'
import { FakeCounters } from './fake/fake-counters.ts'
import { type AskSlot, FakeTraffic, type PublicAnswer, type SlotRequest } from './fake/fake-traffic.ts'

export type { AskSlot, SlotRequest } from './fake/fake-traffic.ts'

export interface FakeEdge {
  edge: Edge
  /** One request of the public to a service; status null where no edge runs or no service listens. */
  request: (name: string, service: string, request: SlotRequest) => Promise<PublicAnswer>
  /** The edge of that name dies and stays dead until `ensure`. */
  crash: (name: string) => void
  /** What was last asked for by file, for tests that look at every step. */
  fileOf: (name: string) => WantedEdge | null
}

interface Instance {
  file: WantedEdge | null
  running: FakeTraffic | null
  /** Since the edge's log is followed; a death of the edge ends none of it. */
  counters: FakeCounters
}

/** An edge in memory that keeps the promises of the port. `ask` answers for the addresses of slots. */
export function fakeEdge(ask: AskSlot): FakeEdge {
  const instances = new Map<string, Instance>()
  const instanceOf = (name: string): Instance => {
    const known = instances.get(name) ?? { file: null, running: null, counters: new FakeCounters() }
    instances.set(name, known)
    return known
  }
  return {
    edge: {
      ensure: async (spec, wanted) => {
        const instance = instanceOf(spec.name)
        if (instance.running !== null) return
        write(instance, wanted)
        instance.running = new FakeTraffic(wanted, { ask, counters: instance.counters })
      },
      apply: async (spec, wanted) => apply(instanceOf(spec.name), wanted),
      drift: async (spec, wanted) => drift(instanceOf(spec.name), wanted),
      status: async (spec) => runningIn(instanceOf(spec.name)).status(),
      traffic: async (spec) => instanceOf(spec.name).counters.traffic(),
      renew: async (spec, { service, until }) =>
        runningIn(instanceOf(spec.name)).renew(service, Date.parse(until)),
      cut: async (spec, place) => cut(instanceOf(spec.name), place),
      probe: (spec, request) => probe(instanceOf(spec.name), request),
      remove: async (spec: EdgeSpec) => {
        instances.delete(spec.name)
      },
    },
    request: async (name, service, request) => {
      const { running } = instanceOf(name)
      if (running !== null) return await running.request(service, request)
      return { status: null, body: '', fault: NOT_RUNNING, tookMs: 0, cookie: null }
    },
    crash: (name) => {
      const instance = instanceOf(name)
      instance.running?.die()
      instance.running = null
    },
    fileOf: (name) => instanceOf(name).file,
  }
}

const NOT_RUNNING = 'the edge does not run'

function write(instance: Instance, wanted: WantedEdge): void {
  if (instance.file !== null && instance.file.fence > wanted.fence) throw fenced(wanted, instance.file)
  instance.file = structuredClone(wanted)
}

function runningIn({ running }: Pick<Instance, 'running'>): FakeTraffic {
  if (running === null) throw unreachable(NOT_RUNNING)
  return running
}

function apply(instance: Instance, wanted: WantedEdge): Awaited<ReturnType<Edge['apply']>> {
  write(instance, wanted)
  const running = runningIn(instance)
  const reloaded = structureOf(running.wanted) !== structureOf(wanted)
  const moves = planMoves(currentOf(running.wanted), wanted)
  running.turnTo(wanted)
  return { changed: reloaded || moves.length > 0, reloaded, tookMs: 0 }
}

function drift({ file, running }: Instance, wanted: WantedEdge): string[] {
  const differences = file === null ? ['The edge has no file.'] : slotDifferences(file, wanted, 'file')
  if (running === null) return [...differences, 'The edge does not run.']
  return [...differences, ...slotDifferences(running.wanted, wanted, 'running edge')]
}

const slotDifferences = (found: WantedEdge, wanted: WantedEdge, where: string): string[] => {
  if (structureOf(found) !== structureOf(wanted)) return [`The ${where} has other services or addresses.`]
  return planMoves(currentOf(found), wanted).map((move) => {
    const what = 'slot' in move ? `Slot ${move.slot}` : 'The steering'
    return `${what} of ${move.service} in the ${where} is not as wanted: ${move.act} is missing.`
  })
}

async function probe({ running }: Instance, request: ProbeRequest): Promise<ProbeAnswer> {
  const started = performance.now()
  const failed = (fault: string): ProbeAnswer => ({
    status: null,
    body: '',
    fault,
    tookMs: performance.now() - started,
  })
  if (running === null) return failed(NOT_RUNNING)
  const { service, slot, timeoutMs } = request
  const found = running.wanted.services
    .find((known) => known.service === service)
    ?.slots.find((known) => known.slot === slot)
  if (found === undefined) return failed(`the edge could not connect to slot ${slot} of ${service}`)
  const late = failed(`slot ${slot} of ${service} gave no complete answer within ${timeoutMs} ms`)
  const tooLate = sleep(timeoutMs, late, { ref: false }).then((answer) => ({ ...answer, tookMs: timeoutMs }))
  return await Promise.race([running.probe(found, request), tooLate])
}

function cut({ running, file }: Instance, { service, slot }: { service: string; slot: string }): number {
  const place = file?.services
    .find((known) => known.service === service)
    ?.slots.find((known) => known.slot === slot)
  if (place !== undefined && takesRequests(place.role)) throw slotServes(service, place)
  return runningIn({ running }).cut(service, slot)
}

const currentOf = ({ services }: WantedEdge): CurrentEdge => ({
  slots: services.flatMap(({ service, slots }) =>
    slots.map((slot) => ({ service, slot: slot.slot, role: slot, release: slot.release })),
  ),
  steering: services.map(({ service, trial, held }) => ({ service, trial, held })),
})

const structureOf = ({ services }: WantedEdge): string =>
  JSON.stringify(
    services.map(({ service, port, health, cohort, slots }) => [
      service,
      port,
      health,
      cohort,
      slots.map((slot) => [slot.slot, slot.address, slot.port]),
    ]),
  )
