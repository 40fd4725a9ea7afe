import type { Edge, EdgeSpec } from '@towpath/app/ports/edge.ts'
import type { SlotRole, SlotStatus, WantedEdge, WantedSlot } from '@towpath/domain/edge/wanted.ts'
import type { Steering } from '@towpath/domain/edge/wanted-edge.ts'
import { setTimeout as sleep } from 'node:timers/promises'

/** A release in a slot: it answers with its name, and `/headers` with what it was sent. */
export interface SlotOccupant {
  /** From now on its health path answers 503. */
  sicken(): Promise<void>
  /** While broken, every path but its health path answers 500. */
  break(isBroken: boolean): Promise<void>
  /** Gone at once: connections are refused. */
  die(): Promise<void>
}

/** `cookie` is the `set-cookie` of the answer. */
export interface PublicAnswer {
  status: number | null
  body: string
  cookie: string | null
}

export interface EdgeUnderTest {
  edge: Edge
  spec: EdgeSpec
  /** Where the edge listens for the one service, and where its slots `s1..s4` are. */
  port: number
  place: (slot: string) => { address: string; port: number }
  /** Starts a release in a slot. */
  occupy: (slot: string, release: string) => Promise<SlotOccupant>
  /** One request of the public, as a neighbour sends it. Status null where no answer came. */
  get: (path: string, headers?: Record<string, string>) => Promise<PublicAnswer>
  /** The edge dies as a machine that loses its power, and is not started again. */
  crash: () => Promise<void>
  close: () => Promise<void>
}

export const SERVICE = 'api'
export const slots = ['s1', 's2', 's3', 's4']
export type Seats = Partial<Record<string, SlotRole & { release: string }>>

export interface Bench extends EdgeUnderTest {
  wanted: (seats: Seats, changes?: Partial<WantedEdge>) => WantedEdge
  slot: (name: string) => Promise<SlotStatus>
  /** Looks until it holds, at most ten seconds; gives the last status. */
  until: (name: string, holds: (status: SlotStatus) => boolean) => Promise<SlotStatus>
  probe: (slot: string, path: string, headers?: Record<string, string>) => ReturnType<Edge['probe']>
}

export function benchFor(under: EdgeUnderTest): Bench {
  const slot = async (name: string): Promise<SlotStatus> => {
    const found = (await under.edge.status(under.spec)).find((status) => status.slot === name)
    if (found === undefined) throw new Error(`the edge knows no slot ${name}`)
    return found
  }
  return {
    ...under,
    wanted: (seats, changes) => wantedEdge(under, seats, changes),
    slot,
    until: async (name, holds) => {
      const deadline = performance.now() + 10_000
      for (;;) {
        const status = await slot(name)
        if (holds(status) || performance.now() > deadline) return status
        await sleep(20)
      }
    },
    probe: (name, path, headers = {}) =>
      under.edge.probe(under.spec, {
        service: SERVICE,
        slot: name,
        method: 'GET',
        path,
        headers,
        timeoutMs: 2_000,
      }),
  }
}

function wantedEdge(under: EdgeUnderTest, seats: Seats, changes: Partial<WantedEdge> = {}): WantedEdge {
  return {
    project: 'refactor',
    environment: 'production',
    fence: 1,
    deployment: 'd-1',
    services: [
      {
        service: SERVICE,
        port: under.port,
        health: { path: '/health', intervalMs: 200, timeoutMs: 1_000, statusMin: 200, statusMax: 399 },
        slots: slots.map((slot): WantedSlot => {
          const seat = seats[slot]
          return seat === undefined
            ? { role: 'off', slot, ...under.place(slot), release: null }
            : { ...seat, slot, ...under.place(slot) }
        }),
        trial: null,
        cohort: false,
        held: false,
      },
    ],
    ...changes,
  }
}

export const live = (release: string, weight = 100) => ({ role: 'live', weight, release }) as const
export const candidate = (release: string) => ({ role: 'candidate', release }) as const
export const backup = (release: string) => ({ role: 'backup', release }) as const
export const draining = (release: string) => ({ role: 'draining', release }) as const

/** The same, with its one service steered otherwise. */
export const steered = (wanted: WantedEdge, steering: Partial<Steering>): WantedEdge => ({
  ...wanted,
  services: wanted.services.map((service) => ({ ...service, ...steering })),
})

/** A time so far from now, as the port wants it. */
export const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString()
