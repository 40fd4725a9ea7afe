import type { ProbeAnswer } from '@towpath/app/ports/edge.ts'
import type {
  SlotRole,
  SlotStatus,
  WantedEdge,
  WantedService,
  WantedSlot,
} from '@towpath/domain/edge/wanted.ts'

/** A request to whoever sits at an address. */
export interface SlotRequest {
  method: string
  path: string
  headers: Record<string, string>
  timeoutMs: number
}

/** Answers for a slot's address; status null where nobody is there. */
export type AskSlot = (place: { address: string; port: number }, request: SlotRequest) => Promise<ProbeAnswer>

type Counters = Pick<SlotStatus, 'sessions' | 'requests' | 'answered' | 'connectErrors'>

/** The part of a fake edge that runs: routes by weight, falls back to who stands by, counts what the public asked. */
export class FakeTraffic {
  wanted: WantedEdge
  readonly #ask: AskSlot
  readonly #counters = new Map<string, Counters>()
  readonly #credit = new Map<string, number>()

  constructor(wanted: WantedEdge, ask: AskSlot) {
    this.wanted = wanted
    this.#ask = ask
  }

  /** One request of the public; 503 where nobody answers, status null where no service listens. */
  async request(service: string, request: SlotRequest): Promise<ProbeAnswer> {
    const found = this.wanted.services.find((known) => known.service === service)
    if (found === undefined) return { status: null, body: '', fault: 'nobody listens', tookMs: 0 }
    const headers = withoutOurs(request.headers)
    for (const slot of this.#inOrder(found)) {
      const answer = await this.#counted(service, slot, { ...request, headers })
      if (answer.status !== null) return answer
    }
    return { status: 503, body: '', fault: null, tookMs: 0 }
  }

  /** One request to one slot, past every role and every counter. */
  probe(slot: WantedSlot, request: SlotRequest): Promise<ProbeAnswer> {
    return this.#ask(slot, { ...request, headers: withoutOurs(request.headers) })
  }

  async status(): Promise<SlotStatus[]> {
    const each = this.wanted.services.flatMap((service) =>
      service.slots.map((slot) => this.#slotStatus(service, slot)),
    )
    return await Promise.all(each)
  }

  async #slotStatus({ service, health }: WantedService, slot: WantedSlot): Promise<SlotStatus> {
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
      ...structuredClone(this.#countersOf(service, slot.slot)),
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

  async #counted(service: string, slot: WantedSlot, request: SlotRequest): Promise<ProbeAnswer> {
    const counters = this.#countersOf(service, slot.slot)
    counters.sessions += 1
    const answer = await this.#ask(slot, request)
    counters.sessions -= 1
    if (answer.status === null) {
      counters.connectErrors += 1
      return answer
    }
    counters.requests += 1
    const class_ = `${Math.floor(answer.status / 100)}xx` as keyof Counters['answered']
    counters.answered[class_] += 1
    return answer
  }

  #countersOf(service: string, slot: string): Counters {
    const key = `${service}/${slot}`
    const known = this.#counters.get(key) ?? {
      sessions: 0,
      requests: 0,
      answered: { '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 },
      connectErrors: 0,
    }
    this.#counters.set(key, known)
    return known
  }
}

const healthOf = (role: SlotRole['role'], passed: boolean): SlotStatus['health'] => {
  if (role === 'off') return 'off'
  if (passed) return 'up'
  return role === 'candidate' ? 'starting' : 'down'
}

const withoutOurs = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.toLowerCase().startsWith('x-towpath-')))
