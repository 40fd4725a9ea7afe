import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EdgeUnderTest, SlotOccupant } from '../contract/bench.ts'
import type { EdgeDisk } from '../haproxy/edge-disk.ts'
import { haproxyEdge } from '../haproxy/haproxy-edge.ts'
import { localDisk } from '../haproxy/local-disk.ts'
import { type ProcessHost, processHost } from '../haproxy/process-host.ts'
import { releaseServer } from './release-server.ts'

export const edgeName = 'edge-under-test'

export interface ProcessEdge extends EdgeUnderTest {
  host: ProcessHost
  stateDirectory: string
}

/** The real proxy as a child of this process, with releases on loopback addresses of their own. */
export async function openProcessEdge(
  freePort: (address?: string) => Promise<number>,
  changes: Partial<EdgeDisk> = {},
): Promise<ProcessEdge> {
  const stateRoot = await mkdtemp(join(tmpdir(), 'towpath-edge-'))
  const host = processHost()
  const edge = haproxyEdge({ host, disk: { ...localDisk(stateRoot), ...changes } })
  const spec = { name: edgeName, image: '', labels: {}, networks: [], ports: [] }
  const port = await freePort()
  const slotPort = await freePort('127.0.0.21')
  const place = (slot: string) => ({ address: `127.0.0.${20 + Number(slot.slice(1))}`, port: slotPort })
  const occupants = new Map<string, SlotOccupant>()
  return {
    edge,
    spec,
    host,
    stateDirectory: join(stateRoot, edgeName),
    port,
    place,
    occupy: async (slot, release) => {
      await occupants.get(slot)?.die()
      const { address } = place(slot)
      const occupant = await startRelease(release, { address, port: slotPort })
      occupants.set(slot, occupant)
      return occupant
    },
    get: (path, headers) => getOnce({ host: '127.0.0.1', port, path, headers: headers ?? {} }),
    crash: () => host.kill(edgeName),
    close: async () => {
      await host.stop(spec)
      for (const occupant of occupants.values()) await occupant.die()
      await rm(stateRoot, { recursive: true, force: true })
    },
  }
}

/** A release in this process. Its death refuses connections and resets those that are open. */
export async function startRelease(
  release: string,
  at: { address: string; port: number },
): Promise<SlotOccupant> {
  const { server, setSick, setBroken } = releaseServer(release)
  server.listen(at.port, at.address)
  await once(server, 'listening')
  return {
    sicken: async () => setSick(true),
    break: async (isBroken) => setBroken(isBroken),
    die: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

interface Get {
  host: string
  port: number
  path: string
  headers: Record<string, string>
}

/** One request on a connection of its own. */
export const getOnce = ({ host, port, path, headers }: Get): ReturnType<EdgeUnderTest['get']> =>
  new Promise((resolve) => {
    const request = httpRequest({ host, port, path, headers, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      const cookie = response.headers['set-cookie']?.join(', ') ?? null
      response.on('end', () => resolve({ status: response.statusCode ?? null, body, cookie }))
      response.on('error', () => resolve({ status: null, body, cookie }))
    })
    request.on('error', () => resolve({ status: null, body: '', cookie: null }))
    request.end()
  })
