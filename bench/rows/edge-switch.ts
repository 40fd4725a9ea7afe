import { haproxyEdge } from '@towpath/adapters/edge/haproxy/haproxy-edge.ts'
import { localDisk } from '@towpath/adapters/edge/haproxy/local-disk.ts'
import { askSocket } from '@towpath/adapters/edge/haproxy/haproxy-socket.ts'
import { edgeFiles } from '@towpath/adapters/edge/haproxy/names.ts'
import { processHost } from '@towpath/adapters/edge/haproxy/process-host.ts'
import type { WantedEdge, WantedSlot } from '@towpath/domain/edge/wanted.ts'
import { freePort } from '@towpath/testkit/ports.ts'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closing } from '../closing.ts'
import type { Group, RunOptions } from '../group.ts'
import { interleave, median, timed } from '../measure.ts'
import { beside, limited } from '../row.ts'
import type { Row } from '../row.ts'

const limit = 20
const rounds = 101
const edgeName = 'edge'
const spec = { name: edgeName, image: '', labels: {}, networks: [], ports: [] }

/**
 * What a switch of all traffic costs on the socket of a running edge, over the cheapest call of the same socket. The
 * limit holds for a state folder in memory: with one on disk, the row measures the disk's fsync.
 */
export const edgeSwitch: Group = {
  name: 'edge switch',
  run: async ({ quick }: RunOptions): Promise<Row[]> => {
    const wanted = quick ? 21 : rounds
    const inMemory = await measure(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), wanted)
    const onDisk = await measure(tmpdir(), wanted)
    return [
      limited('edge switch, over a no-op call on its socket', {
        value: inMemory.switchMs / inMemory.noOpMs,
        unit: 'x',
        limit,
      }),
      beside('edge switch: no-op call', inMemory.noOpMs, 'ms'),
      beside('edge switch: switch', inMemory.switchMs, 'ms'),
      beside('edge switch: switch, its file synced to disk', onDisk.switchMs, 'ms'),
    ]
  },
}

async function measure(parent: string, times: number): Promise<{ noOpMs: number; switchMs: number }> {
  const stateRoot = await mkdtemp(join(parent, 'towpath-bench-edge-'))
  const host = processHost()
  const close = async (): Promise<void> => {
    await host.stop(spec)
    await rm(stateRoot, { recursive: true, force: true })
  }
  return await closing(close, async () => {
    const edge = haproxyEdge({ host, disk: localDisk(stateRoot) })
    const [blue, green] = bothWays(await freePort())
    await edge.ensure(spec, blue)
    const socket = join(stateRoot, edgeName, edgeFiles.runtimeSocket)
    let isBlue = true
    const contenders = {
      noOp: () => timed(() => askSocket(socket, 'show version', 5_000)),
      switch: async () => {
        isBlue = !isBlue
        const { changed, reloaded, tookMs } = await edge.apply(spec, isBlue ? blue : green)
        if (!changed || reloaded) throw new Error('what was measured was no switch')
        return tookMs
      },
    }
    // The first calls compile what they run.
    await interleave(contenders, 10)
    const took = await interleave(contenders, times)
    return { noOpMs: median(took.noOp), switchMs: median(took.switch) }
  })
}

/** Two services, as in the example project, with all traffic on one release and then on the other. */
function bothWays(port: number): [WantedEdge, WantedEdge] {
  const edgeWith = (roles: Record<string, WantedSlot>): WantedEdge => ({
    project: 'bench',
    environment: 'production',
    fence: 1,
    deployment: 'bench',
    services: ['backend', 'frontend'].map((service, index) => ({
      service,
      port: port + index,
      health: { path: '/health', intervalMs: 1_000, timeoutMs: 1_000, statusMin: 200, statusMax: 399 },
      slots: ['s1', 's2', 's3', 's4'].map((slot) => roles[slot] ?? place(slot, null)),
      trial: null,
      cohort: false,
      held: false,
    })),
  })
  const live = (slot: string): WantedSlot => ({ ...place(slot, `r-${slot}`), role: 'live', weight: 100 })
  const backup = (slot: string): WantedSlot => ({ ...place(slot, `r-${slot}`), role: 'backup' })
  return [edgeWith({ s1: live('s1'), s2: backup('s2') }), edgeWith({ s1: backup('s1'), s2: live('s2') })]
}

const place = (slot: string, release: string | null): WantedSlot => ({
  role: 'off',
  slot,
  // Nobody answers there, and nothing is sent: only the edge's own state moves.
  address: `127.0.0.${20 + Number(slot.slice(1))}`,
  port: 9,
  release,
})
