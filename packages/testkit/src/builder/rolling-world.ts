import type { Command } from '@towpath/domain/deployment/command.ts'
import type { Deployment } from '@towpath/domain/deployment/deployment-state.ts'
import {
  candidatePlacement,
  candidatesToRemove,
  edgeAt,
  placesLeaving,
  returningPlacement,
  seatingsAt,
} from '@towpath/domain/deployment/seating.ts'
import { trafficOf } from '@towpath/domain/deployment/traffic.ts'
import type { Traffic } from '@towpath/domain/deployment/traffic.ts'
import { serviceOf } from '@towpath/domain/edge/replica.ts'
import type { WantedEdge } from '@towpath/domain/edge/wanted.ts'
import { wantedEdge } from '@towpath/domain/edge/wanted-edge.ts'
import type {
  EnvironmentState,
  PlacedService,
  Placement,
} from '@towpath/domain/environment/environment-state.ts'

/**
 * A host as the laws of rolling see it: which container runs in which slot, and what the edge was last told. It acts as
 * the performers do, in their order, and complains of what no host would forgive.
 */
export class RollingWorld {
  /** `frontend/s1` -> the container that runs there. */
  readonly running = new Map<string, string>()
  edge: WantedEdge | null = null
  /** After every change of edge or containers. */
  onChange: (world: RollingWorld) => void = () => {}

  perform(state: Deployment, command: Command): void {
    switch (command.do) {
      case 'start-candidates':
        return this.#start(only(candidatePlacement(state).services, command.services))
      case 'stop-old':
        this.#steer(state, command)
        return this.#stop(placesLeaving(state, command.services))
      case 'restore-traffic':
        this.#start(returningPlacement(state, command.replica)?.services ?? {})
        return this.#steer(state, command)
      case 'remove-candidates':
        this.#steer(state, command)
        this.#steerTo(
          state,
          trafficOf({ ...state, done: { ...state.done, [command.step]: { seq: 0, at: '' } } }),
        )
        return this.#stop(candidatesToRemove(state, command.replica))
      case 'retire-older': {
        const retired = { ...state, done: { ...state.done, [command.step]: { seq: 0, at: '' } } }
        this.#steerTo(retired, trafficOf(retired))
        return this.#stop(state.start?.warm?.services ?? {})
      }
      default:
        return this.#steer(state, command)
    }
  }

  /** What standing work makes of it once no deployment holds the environment. */
  rest({ live, warm }: EnvironmentState): void {
    const placed = [live, warm].filter((placement) => placement !== null)
    const facts = { project: 'shop', environment: 'production', deployment: '', fence: 1 }
    this.edge = wantedEdge(
      { ...facts, subnet: '172.20.0.0/24', serviceNumbers: {} },
      placed.toReversed().map((placement) => ({
        placement,
        role: placement === live ? { role: 'live', weight: 100 } : { role: 'backup' },
      })),
    )
    this.onChange(this)
    const known = new Set(
      placed.flatMap(({ services }) => Object.values(services)).map(({ container }) => container),
    )
    for (const [place, container] of this.running) if (!known.has(container)) this.running.delete(place)
    for (const placement of placed) this.#start(placement.services)
  }

  /** Slots of a service that take traffic and in which the release that the edge names runs. */
  serving(service: string): string[] {
    const slots = this.edge?.services.find((wanted) => wanted.service === service)?.slots ?? []
    return slots
      .filter(({ role, slot, release }) => {
        const container = this.running.get(`${service}/${slot}`)
        return role === 'live' && release !== null && container?.includes(`-${release}-`) === true
      })
      .map(({ slot }) => slot)
  }

  #steer(state: Deployment, doing: Command): void {
    this.#steerTo(state, trafficOf(state, doing))
  }

  #steerTo(state: Deployment, traffic: Traffic): void {
    failIfShared(state, traffic)
    this.edge = edgeAt(state, traffic, { fence: 1 })
    this.onChange(this)
  }

  #start(places: Record<string, PlacedService>): void {
    for (const [key, { slot, container }] of Object.entries(places)) {
      const place = `${serviceOf(key)}/${slot}`
      const there = this.running.get(place)
      if (there !== undefined && there !== container)
        throw new Error(`${container} is started at the address of ${there}`)
      this.running.set(place, container)
      this.onChange(this)
    }
  }

  #stop(places: Record<string, PlacedService>): void {
    for (const [key, { slot, container }] of Object.entries(places)) {
      const place = `${serviceOf(key)}/${slot}`
      if (this.running.get(place) !== container) continue
      if (this.serving(serviceOf(key)).includes(slot))
        throw new Error(`${container} is stopped while it serves`)
      this.running.delete(place)
      this.onChange(this)
    }
  }
}

/** No two containers are ever seated in one slot. */
function failIfShared(state: Deployment, traffic: Traffic): void {
  const sitting = new Map<string, string>()
  for (const { placement } of seatingsAt(state, traffic))
    for (const [key, { slot, container }] of Object.entries(placement.services)) {
      const place = `${serviceOf(key)}/${slot}`
      const other = sitting.get(place) ?? container
      if (other !== container) throw new Error(`${container} and ${other} both sit in ${place}`)
      sitting.set(place, container)
    }
}

const only = (places: Placement['services'], keys: readonly string[]): Placement['services'] =>
  Object.fromEntries(Object.entries(places).filter(([key]) => keys.includes(key)))
