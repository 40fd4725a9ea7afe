import type { Log } from '@towpath/app/ports/log.ts'
import { type SshHost, parseHostAddress } from '@towpath/domain/environment/host-address.ts'
import { mayStartSshHost, startSshHost } from '@towpath/testkit/ssh-host.ts'
import { sshHosts } from '../../host/ssh/ssh-hosts.ts'
import { addressAt, edgeOffset } from '@towpath/domain/edge/slots.ts'
import { connectDocker, removeByLabel } from '@towpath/testkit/docker.ts'
import { ensureHaproxyImage } from '@towpath/testkit/images.ts'
import { freePort } from '@towpath/testkit/ports.ts'
import { dockerSocket } from '@towpath/testkit/setup/engine.ts'
import { until } from '@towpath/testkit/wait.ts'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { dockerEngine } from '../../container-engine/docker/engine.ts'
import { INSTALLATION_LABEL } from '../../container-engine/labels.ts'
import { edgeContract } from '../contract.ts'
import { type EdgeUnderTest, type SlotOccupant, backup, benchFor, live } from '../contract/bench.ts'
import { getOnce, startRelease } from '../testing/process-edge.ts'
import { containerHost } from './container-host.ts'
import type { EdgeDisk } from './edge-disk.ts'
import { haproxyEdge } from './haproxy-edge.ts'
import { hostDisk } from './host-disk.ts'
import { localDisk } from './local-disk.ts'

const runId = `tp-${randomBytes(4).toString('hex')}`
const labels = { [INSTALLATION_LABEL]: runId }
const docker = connectDocker()
const engine = dockerEngine({ socketPath: dockerSocket(), secrets: () => new Map() })

/** Where the edge's files are, and what takes them away. */
type Place = () => Promise<{ disk: EdgeDisk; clear: () => Promise<void> }>

const here: Place = async () => {
  const stateRoot = await mkdtemp(join(tmpdir(), 'towpath-edge-'))
  return { disk: localDisk(stateRoot), clear: () => rm(stateRoot, { recursive: true, force: true }) }
}

const overSsh: Place = async () => {
  const host = await startSshHost({ engineSocket: dockerSocket() })
  const folder = await mkdtemp(join(tmpdir(), 'tp-link-'))
  const redact = (text: string) => text
  const hosts = await sshHosts({ folder, configFile: host.configFile, log: noLog, redact })
  const link = hosts.linkTo(parseHostAddress(host.address) as SshHost)
  return {
    disk: hostDisk(link, join(folder, 'log')),
    clear: async () => {
      await hosts.close()
      await host.close()
    },
  }
}

const noLog: Log = { info: () => {}, warn: () => {}, error: () => {} }

/** The edge in a container; the releases in this process, on the network's gateway, where the container reaches them. */
async function openContainerEdge(where: Place): Promise<EdgeUnderTest> {
  const { disk, clear } = await where()
  const name = `${runId}-${randomBytes(3).toString('hex')}`
  const network = { name, driver: 'bridge', internal: false, labels, options: {}, external: false }
  const { subnet } = await engine.ensureNetwork(network)
  const gateway = addressAt(subnet, 1)
  const ports = await Promise.all(Array.from({ length: 4 }, () => freePort(gateway)))
  const place = (slot: string) => ({ address: gateway, port: ports[Number(slot.slice(1)) - 1] ?? 1 })
  const networks = [{ network: name, aliases: ['api'], offset: edgeOffset }]
  const spec = { name, image: await ensureHaproxyImage(docker), labels, networks, ports: [] }
  const edge = haproxyEdge({ host: containerHost(engine, disk), disk })
  const occupants = new Map<string, SlotOccupant>()
  return {
    edge,
    spec,
    port: 8080,
    place,
    occupy: async (slot, release) => {
      await occupants.get(slot)?.die()
      const occupant = await startRelease(release, place(slot))
      occupants.set(slot, occupant)
      return occupant
    },
    get: (path, headers = {}) => getOnce({ host: addressAt(subnet, edgeOffset), port: 8080, path, headers }),
    crash: () => docker.getContainer(name).kill({ signal: 'SIGKILL' }),
    close: async () => {
      await edge.remove(spec)
      for (const occupant of occupants.values()) await occupant.die()
      await docker.getNetwork(name).remove()
      await clear()
    },
  }
}

afterAll(() => removeByLabel(`${INSTALLATION_LABEL}=${runId}`, docker))

edgeContract(() => openContainerEdge(here))

describe.runIf(mayStartSshHost)('over SSH', () => {
  edgeContract(() => openContainerEdge(overSsh))
})

describe('the edge’s container', () => {
  it('comes back by itself after it was killed, at its address and with its traffic', async () => {
    const under = await openContainerEdge(here)
    try {
      const bench = benchFor(under)
      await bench.occupy('s1', '1.0.0')
      await bench.occupy('s2', '1.1.0')
      await bench.edge.ensure(bench.spec, bench.wanted({ s1: live('1.0.0') }))
      const switched = bench.wanted({ s1: backup('1.0.0'), s2: live('1.1.0') })
      await bench.edge.apply(bench.spec, switched)
      const before = await docker.getContainer(under.spec.name).inspect()
      process.kill(before.State.Pid, 'SIGKILL')
      const restarted = async () =>
        (await docker.getContainer(under.spec.name).inspect()).State.Pid !== before.State.Pid
      await until(restarted, { withinMs: 10_000, what: 'another process' })
      await until(async () => (await bench.get('/')).body === '1.1.0', {
        withinMs: 10_000,
        what: 'an answer',
      })
      const settled = async () => (await bench.edge.drift(bench.spec, switched)).length === 0
      expect(await until(settled, { withinMs: 10_000, what: 'no drift' })).toBe(true)
    } finally {
      await under.close()
    }
  })

  it('starts again where its state directory was lost under it', async () => {
    const under = await openContainerEdge(here)
    try {
      const bench = benchFor(under)
      await bench.occupy('s1', '1.0.0')
      const wanted = bench.wanted({ s1: live('1.0.0') })
      await bench.edge.ensure(bench.spec, wanted)
      const { Mounts } = await docker.getContainer(under.spec.name).inspect()
      await rm(Mounts[0]?.Source ?? '', { recursive: true })
      await bench.edge.ensure(bench.spec, wanted)
      expect(await bench.edge.drift(bench.spec, wanted)).toEqual([])
      expect((await bench.get('/')).body).toBe('1.0.0')
    } finally {
      await under.close()
    }
  })
})
