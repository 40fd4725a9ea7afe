import { dockerEngine } from '@towpath/adapters/container-engine/docker/engine.ts'
import { engineOver } from '@towpath/adapters/host/ssh/remote-engine.ts'
import { sshHosts } from '@towpath/adapters/host/ssh/ssh-hosts.ts'
import type { ContainerEngine } from '@towpath/app/ports/container-engine.ts'
import type { ContainerSpec } from '@towpath/domain/deployment/container.ts'
import { parseHostAddress } from '@towpath/domain/environment/host-address.ts'
import { connectDocker } from '@towpath/testkit/docker.ts'
import { ensureNodeBase } from '@towpath/testkit/images.ts'
import { dockerSocket } from '@towpath/testkit/setup/engine.ts'
import { mayStartSshHost, startSshHost } from '@towpath/testkit/ssh-host.ts'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closing } from '../closing.ts'
import type { Group, RunOptions } from '../group.ts'
import { interleave, median, timed } from '../measure.ts'
import { beside, limited } from '../row.ts'
import type { Row } from '../row.ts'

const limit = 1.3
const count = 10
const rowName = `${count} hosts over SSH in parallel, over ${count} raw calls of the API`
const label = { 'towpath.installation': 'bench-hosts' }

/**
 * A container made, started, stopped and removed on each of ten hosts at once, each over a link of its own, and the same
 * by the bare API of the one engine that all of them have: what the links and the looking before and after cost.
 */
export const hosts: Group = {
  name: 'ten hosts',
  run: async ({ quick, say }: RunOptions): Promise<Row[]> => {
    if (!mayStartSshHost)
      throw new Error('an sshd of our own needs Linux, root and the package openssh-server')
    const took = await withHosts((engines) => measure(engines, quick ? 1 : 7))
    say(`  raw ${took.raw.map(Math.round).join(', ')}; over SSH ${took.hosts.map(Math.round).join(', ')} ms`)
    const [rawMs, hostsMs] = [median(took.raw), median(took.hosts)]
    return [
      limited(rowName, { value: hostsMs / rawMs, unit: 'x', limit }),
      beside(`ten hosts: ${count} raw calls in parallel`, rawMs, 'ms'),
      beside(`ten hosts: ${count} hosts in parallel`, hostsMs, 'ms'),
    ]
  },
}

async function measure(
  engines: readonly ContainerEngine[],
  rounds: number,
): Promise<Record<'raw' | 'hosts', number[]>> {
  const docker = connectDocker()
  const run = randomBytes(3).toString('hex')
  const image = await ensureNodeBase(docker)
  const names = engines.map((_, index) => `towpath-bench-${run}-${index}`)
  const raw = async (name: string): Promise<void> => {
    const container = await docker.createContainer({
      ...{ name, Image: image, Cmd: stays, Labels: label },
      HostConfig: { NetworkMode: 'none' },
    })
    await container.start()
    await container.stop({ t: 0 })
    await container.remove()
  }
  const host = async (engine: ContainerEngine, index: number): Promise<void> => {
    const name = `${names[index] ?? ''}-ssh`
    await engine.ensureRunning(specOf(name, image))
    await engine.stop(name, 0)
    await engine.remove(name)
  }
  const contenders = {
    raw: () => timed(() => Promise.all(names.map(raw))),
    hosts: () => timed(() => Promise.all(engines.map(host))),
  }
  // The first calls open the links and compile what they run.
  await interleave(contenders, 1)
  return await interleave(contenders, rounds)
}

const stays = ['node', '-e', 'setInterval(() => {}, 1000)']

const specOf = (name: string, image: string): ContainerSpec => ({
  ...{ name, image, command: stays, entrypoint: null, environment: {}, labels: label, mounts: [] },
  ...{ networks: [], ports: [], restart: { name: 'no' }, healthcheck: null, settings: {} },
})

/** Ten hosts that differ in everything but their engine. */
async function withHosts<T>(act: (engines: ContainerEngine[]) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'tp-bench-'))
  const undo = new AsyncDisposableStack()
  undo.defer(() => rm(folder, { recursive: true, force: true }))
  const close = (): Promise<void> => undo.disposeAsync()
  return await closing(close, async () => {
    const engines = Array.from({ length: count }, async (_, index) => {
      const host = await startSshHost({ engineSocket: dockerSocket() })
      undo.defer(() => host.close())
      const options = { configFile: host.configFile, log: noLog, redact: (text: string) => text }
      const links = await sshHosts({ folder: join(folder, String(index)), ...options })
      undo.defer(() => links.close())
      const address = parseHostAddress(host.address)
      if (address?.way !== 'ssh') throw new Error(`${host.address} is no host over SSH`)
      return dockerEngine({ ...engineOver(links.linkTo(address), address), secrets: () => new Map() })
    })
    return await act(await Promise.all(engines))
  })
}

const noLog = { info: () => {}, warn: () => {}, error: () => {} }
