import type { SlotStatus, WantedSlot } from '@towpath/domain/edge/wanted.ts'
import { latencyBucket, type SlotTraffic } from '@towpath/domain/signal/traffic.ts'

export type Counters = Pick<SlotStatus, 'sessions' | 'requests' | 'answered' | 'connectErrors'>

const SWITCHING_PROTOCOLS = 101

/** What a fake edge counts: by slot for its status, by release for its traffic. */
export class FakeCounters {
  readonly #slots = new Map<string, Counters>()
  readonly #releases = new Map<string, SlotTraffic>()

  of(service: string, slot: string): Counters {
    const key = `${service}/${slot}`
    const known = this.#slots.get(key) ?? {
      sessions: 0,
      requests: 0,
      answered: { '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 },
      connectErrors: 0,
    }
    this.#slots.set(key, known)
    return known
  }

  answered(service: string, { slot, release }: WantedSlot, answer: { status: number; tookMs: number }): void {
    const counters = this.of(service, slot)
    counters.requests += 1
    const class_ = `${Math.floor(answer.status / 100)}xx` as keyof Counters['answered']
    counters.answered[class_] += 1
    if (release === null) return
    const key = `${service}/${slot}/${release}`
    const traffic = this.#releases.get(key) ?? { service, slot, release, requests: 0, errors: 0, latency: {} }
    this.#releases.set(key, traffic)
    traffic.requests += 1
    if (answer.status >= 500) traffic.errors += 1
    if (answer.status === SWITCHING_PROTOCOLS) return
    const bucket = latencyBucket(answer.tookMs)
    traffic.latency[bucket] = (traffic.latency[bucket] ?? 0) + 1
  }

  traffic(): SlotTraffic[] {
    return structuredClone([...this.#releases.values()])
  }
}
