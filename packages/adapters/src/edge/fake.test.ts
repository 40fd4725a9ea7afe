import type { ProbeAnswer } from '@towpath/app/ports/edge.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { edgeContract } from './contract.ts'
import { SERVICE } from './contract/bench.ts'
import { type SlotRequest, fakeEdge } from './fake.ts'

interface Occupant {
  release: string
  isSick: boolean
  isBroken: boolean
}

const refused: ProbeAnswer = { status: null, body: '', fault: 'connection refused', tookMs: 0 }

async function answer(occupant: Occupant | undefined, { path, headers }: SlotRequest): Promise<ProbeAnswer> {
  if (occupant === undefined) return refused
  const url = new URL(path, 'http://slot')
  await sleep(Number(url.searchParams.get('ms') ?? 0))
  const status = statusOf(url.pathname, occupant)
  const body = url.pathname === '/headers' ? JSON.stringify(headers) : occupant.release
  return { status, body, fault: null, tookMs: 0 }
}

function statusOf(path: string, { isSick, isBroken }: Occupant): number {
  if (path === '/health') return isSick ? 503 : 200
  return isBroken ? 500 : Number(path.split('/status/')[1] ?? 200)
}

edgeContract(async () => {
  const occupants = new Map<string, Occupant>()
  const fake = fakeEdge(({ address }, request) => answer(occupants.get(address), request))
  const name = 'edge-under-test'
  const place = (slot: string) => ({ address: `10.0.0.${slot.slice(1)}`, port: 80 })
  return {
    edge: fake.edge,
    spec: { name, image: '', labels: {}, networks: [], ports: [] },
    port: 80,
    place,
    occupy: async (slot, release) => {
      const occupant = { release, isSick: false, isBroken: false }
      const { address } = place(slot)
      occupants.set(address, occupant)
      return {
        sicken: async () => {
          occupant.isSick = true
        },
        break: async (isBroken) => {
          occupant.isBroken = isBroken
        },
        die: async () => {
          occupants.delete(address)
        },
      }
    },
    get: (path, headers = {}) =>
      fake.request(name, SERVICE, { method: 'GET', path, headers, timeoutMs: 5_000 }),
    crash: async () => fake.crash(name),
    close: async () => {},
  }
})
