import type { SlotStatus, WantedService, WantedSlot } from '@towpath/domain/edge/wanted.ts'

const DRAWS = 10_000
const COOKIE = 'towpath-cohort'
/** Bad answers in a row that blow a fuse. */
const ERRORS_IN_A_ROW = 10

interface RunningTrial {
  leaseMs: number
  errorsInARow: number
}

/** Trials of a fake edge: who is drawn, whose lease lasts, whose fuse has blown. */
export class FakeTrials {
  readonly #running = new Map<string, RunningTrial>()
  #draws = 0

  /** What goes on keeps its lease and its fuse; what begins has no lease. */
  turnTo(before: WantedService[], wanted: WantedService[]): void {
    for (const service of wanted) {
      const known = before.find((candidate) => candidate.service === service.service)
      if (keyOf(known) !== keyOf(service)) this.#running.delete(service.service)
    }
  }

  renew(service: string, untilMs: number): void {
    this.#running.set(service, { ...this.#of(service), leaseMs: untilMs })
  }

  /** The slot on trial where this request is drawn for it, and the cookie that its answer brings. */
  draw(
    wanted: WantedService,
    headers: Record<string, string>,
  ): { slot: WantedSlot | null; cookie: string | null } {
    const { service, trial, cohort, slots } = wanted
    const { leaseMs, errorsInARow } = this.#of(service)
    if (trial === null || leaseMs <= Date.now()) return { slot: null, cookie: null }
    const known = cohort ? cohortOf(headers) : null
    const number = known ?? this.#next()
    const cookie = cohort && known === null ? `${COOKIE}=${number}; Path=/; SameSite=Lax; HttpOnly` : null
    const isDrawn = (number + trial.salt) % DRAWS < trial.perMyriad && errorsInARow < ERRORS_IN_A_ROW
    return { slot: isDrawn ? (slots.find(({ slot }) => slot === trial.slot) ?? null) : null, cookie }
  }

  /** What a request on trial came to; null where it never got an answer. A fuse that has blown stays so. */
  saw(service: string, status: number | null): void {
    const trial = this.#of(service)
    if (trial.errorsInARow >= ERRORS_IN_A_ROW) return
    const errorsInARow = status === null || status >= 500 ? trial.errorsInARow + 1 : 0
    this.#running.set(service, { ...trial, errorsInARow })
  }

  statusOf({ service, trial }: WantedService, slot: string): SlotStatus['trial'] {
    if (trial?.slot !== slot) return null
    const { leaseMs, errorsInARow } = this.#of(service)
    return {
      fuse: errorsInARow < ERRORS_IN_A_ROW ? 'holds' : 'blown',
      lease: leaseMs > Date.now() ? 'lasts' : 'over',
    }
  }

  #of = (service: string): RunningTrial => this.#running.get(service) ?? { leaseMs: 0, errorsInARow: 0 }

  /** Spread evenly, and the same in every run. */
  #next(): number {
    this.#draws += 1
    return (this.#draws * 6_181) % DRAWS
  }
}

const keyOf = (service: WantedService | undefined): string | null => {
  const trial = service?.trial ?? null
  if (trial === null) return null
  const release = service?.slots.find(({ slot }) => slot === trial.slot)?.release
  return `${trial.slot}/${trial.salt}/${release}`
}

const cohortOf = (headers: Record<string, string>): number | null => {
  const cookie = new RegExp(`(?:^|; ?)${COOKIE}=([0-9]{1,4})(?:;|$)`).exec(headers['cookie'] ?? '')?.[1]
  return cookie === undefined ? null : Number(cookie)
}
