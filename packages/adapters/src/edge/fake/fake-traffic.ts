import type { ProbeAnswer } from '@towpath/app/ports/edge.ts'
import type {
  SlotRole,
  SlotStatus,
  WantedEdge,
  WantedService,
  WantedSlot,
} from '@towpath/domain/edge/wanted.ts'
import type { FakeCounters } from './fake-counters.ts'
import { FakeGate } from './fake-gate.ts'
import { FakeTrials } from './fake-trials.ts'

/** A request to whoever sits at an address. */
export interface SlotRequest {
  method: string
  path: string
  headers: Record<string, string>
  timeoutMs: number
}

/** Answers for a slot's address; status null where nobody is there. */
export type AskSlot = (place: { address: string; port: number }, request: SlotRequest) => Promise<ProbeAnswer>

/** An answer of the edge to the public; `cookie` is what it sets. */
export type PublicAnswer = ProbeAnswer & { cookie: string | null }

/** How long a request of a held service waits at most. */
const HELD_AT_MOST_MS = 120_000

/** The part of a fake edge that runs: routes by trial and weight, falls back to who stands by, counts what the public asked. */
export class FakeTraffic {
  #wanted: WantedEdge
  readonly #ask: AskSlot
  readonly #counters: FakeCounters
  readonly #credit = new Map<string, number>()
  readonly #trials = new FakeTrials()
  readonly #gate = new FakeGate()
  /** By slot, what ends each request that is open there. */
  readonly #open = new Map<string, Set<() => void>>()

  constructor(wanted: WantedEdge, { ask, counters }: { ask: AskSlot; counters: FakeCounters }) {
    this.#wanted = wanted
    this.#ask = ask
    this.#counters = counters
  }

  get wanted(): WantedEdge {
    return this.#wanted
  }

  turnTo(wanted: WantedEdge): void {
    this.#trials.turnTo(this.#wanted.services, wanted.services)
    this.#wanted = structuredClone(wanted)
    this.#gate.open(true)
  }

  /** Whoever waits gets no answer any more. */
  die(): void {
    this.#gate.open(false)
  }

  renew(service: string, untilMs: number): void {
    if (this.#service(service)?.trial != null) this.#trials.renew(service, untilMs)
  }

  /** Ends what is open on a slot; gives how many. */
  cut(service: string, slot: string): number {
    const open = [...(this.#open.get(`${service}/${slot}`) ?? [])]
    for (const end of open) end()
    return open.length
  }

  /** One request of the public; 503 where nobody answers, status null where no service listens. */
  async request(service: string, request: SlotRequest): Promise<PublicAnswer> {
    const deadline = performance.now() + HELD_AT_MOST_MS
    while (this.#service(service)?.held === true)
      if (!(await this.#gate.wait(deadline - performance.now())))
        return { status: null, body: '', fault: 'the edge died', tookMs: 0, cookie: null }
    const found = this.#service(service)
    if (found === undefined)
      return { status: null, body: '', fault: 'nobody listens', tookMs: 0, cookie: null }
    const { slot: onTrial, cookie } = this.#trials.draw(found, request.headers)
    const headers = withoutOurs(request.headers)
    for (const slot of [...(onTrial === null ? [] : [onTrial]), ...this.#inOrder(found)]) {
      const answer = await this.#counted(service, slot, { ...request, headers })
      if (slot === onTrial) this.#trials.saw(service, answer?.status ?? null)
      if (answer === null) return { status: null, body: '', fault: 'cut', tookMs: 0, cookie: null }
      if (answer.status !== null) return { ...answer, cookie }
    }
    return { status: 503, body: '', fault: null, tookMs: 0, cookie }
  }

  #service = (name: string): WantedService | undefined =>
    this.#wanted.services.find(({ service }) => service === name)

  /** One request to one slot, past every role and every counter. */
  probe(slot: WantedSlot, request: SlotRequest): Promise<ProbeAnswer> {
    return this.#ask(slot, { ...request, headers: withoutOurs(request.headers) })
  }

  async status(): Promise<SlotStatus[]> {
    const each = this.#wanted.services.flatMap((service) =>
      service.slots.map((slot) => this.#slotStatus(service, slot)),
    )
    return await Promise.all(each)
  }

  async #slotStatus(wanted: WantedService, slot: WantedSlot): Promise<SlotStatus> {
    const { service, health } = wanted
    const request = { method: 'GET', path: health.path, headers: {}, timeoutMs: health.timeoutMs }
    const probe = slot.role === 'off' ? null : await this.#ask(slot, request)
    const passed =
      probe?.status != null && probe.status >= health.statusMin && probe.status <= health.statusMax
    return {
      service,
      slot: slot.slot,
      health: healthOf(slot.role, passed),
      role: slot.role,
      weight: slot.role === 'live' ? slot.weight : 0,
      trial: this.#trials.statusOf(wanted, slot.slot),
      ...structuredClone(this.#counters.of(service, slot.slot)),
      responseErrors: 0,
      retries: 0,
      lastProbe: probe === null ? 'not probed' : (probe.fault ?? String(probe.status)),
    }
  }

  /** Live slots by weight, the one that is due first; then those that stand by. */
  #inOrder({ service, slots }: WantedService): WantedSlot[] {
    const live = slots.filter((slot) => slot.role === 'live')
    const total = live.reduce((sum, { weight }) => sum + weight, 0)
    const credit = (slot: WantedSlot): number => this.#credit.get(`${service}/${slot.slot}`) ?? 0
    for (const slot of live) this.#credit.set(`${service}/${slot.slot}`, credit(slot) + slot.weight)
    const inOrder = live.toSorted((one, other) => credit(other) - credit(one))
    const due = inOrder[0]
    if (due !== undefined) this.#credit.set(`${service}/${due.slot}`, credit(due) - total)
    return [...inOrder, ...slots.filter((slot) => slot.role === 'backup')]
  }

  /** Null where it was cut. */
  async #counted(service: string, slot: WantedSlot, request: SlotRequest): Promise<ProbeAnswer | null> {
    const counters = this.#counters.of(service, slot.slot)
    const open = this.#open.get(`${service}/${slot.slot}`) ?? new Set()
    this.#open.set(`${service}/${slot.slot}`, open)
    const started = performance.now()
    counters.sessions += 1
    const { promise: cut, resolve } = Promise.withResolvers<null>()
    const end = (): void => resolve(null)
    open.add(end)
    const answer = await Promise.race([this.#ask(slot, request), cut])
    open.delete(end)
    counters.sessions -= 1
    if (answer === null) return null
    const { status } = answer
    if (status === null) counters.connectErrors += 1
    else this.#counters.answered(service, slot, { status, tookMs: performance.now() - started })
    return answer
  }
}

const healthOf = (role: SlotRole['role'], passed: boolean): SlotStatus['health'] => {
  if (role === 'off') return 'off'
  if (passed) return 'up'
  return role === 'candidate' ? 'starting' : 'down'
}

const withoutOurs = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.toLowerCase().startsWith('x-towpath-')))
