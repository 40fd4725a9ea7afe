import Docker from 'dockerode'
import type { ChildProcess } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { mountSmallDisk } from './faults/small-disk.ts'
import type { SmallDisk } from './faults/small-disk.ts'
import {
  dataFolder,
  endDaemon,
  engineSocket,
  startContainerd,
  startDockerd,
} from './second-engine/daemons.ts'
import { inNamespace, makeNamespace } from './second-engine/namespace.ts'
import { takePlace } from './second-engine/place.ts'
import type { EnginePlace } from './second-engine/place.ts'
import { losePower, removeRemains } from './second-engine/remains.ts'
import { shareLoopback } from './second-engine/share-loopback.ts'

/** A Docker Engine beside the machine's own, for tests that stop it, kill it or fill its disk. */
export interface SecondEngine {
  socketPath: string
  docker: Docker
  /** What to put before a command so that it runs in the engine's network namespace, where containers have addresses. */
  enter: readonly string[]
  /** Of that namespace, for this machine. */
  address: string
  /** What its images and containers lie on; `null` where no size was asked for. */
  disk: SmallDisk | null
  /** Ends `dockerd` by this signal; resolves when it is gone. What becomes of containers is the engine's affair. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Starts it over the same data; resolves when it answers. `liveRestore` as before unless told. */
  start(options?: { liveRestore: boolean }): Promise<void>
  /** As a machine that loses power: daemons and containers are gone when this resolves. `powerOn` starts it again. */
  powerOff(): Promise<void>
  powerOn(): Promise<void>
  /** Makes a port of this machine's loopback the same port of the engine's, as a registry on 127.0.0.1 needs it. */
  shareLoopback(port: number): Promise<void>
  /** Takes everything of it away. */
  close(): Promise<void>
}

export interface SecondEngineOptions {
  /** Containers outlive the daemon. */
  liveRestore: boolean
  /** Puts its data on a disk of this size, in memory. */
  diskMiB?: number
}

/** Only root on Linux may start one. */
export const mayStartSecondEngine = process.platform === 'linux' && process.getuid?.() === 0

/**
 * Starts a Docker Engine with everything of its own: data, socket, containerd, control group, and a network namespace,
 * so that neither the bridges nor the firewall of the machine's engine are touched. Its containers reach this machine. What a test that died left is removed first.
 */
export async function startSecondEngine({
  liveRestore,
  diskMiB,
}: SecondEngineOptions): Promise<SecondEngine> {
  const { place, release } = await takePlace()
  await removeRemains(place)
  await mkdir(place.folder, { recursive: true })
  const undo = new AsyncDisposableStack()
  undo.defer(release)
  undo.defer(() => removeRemains(place))
  try {
    const disk = diskMiB === undefined ? null : await mountSmallDisk(dataFolder(place), diskMiB)
    await makeNamespace(place)
    return await startAt(place, { liveRestore, disk, undo })
  } catch (fault) {
    await undo.disposeAsync()
    throw fault
  }
}

async function startAt(
  place: EnginePlace,
  facts: { liveRestore: boolean; disk: SmallDisk | null; undo: AsyncDisposableStack },
): Promise<SecondEngine> {
  let { liveRestore } = facts
  let containerd: ChildProcess = await startContainerd(place)
  let dockerd: ChildProcess = await startDockerd(place, liveRestore)
  const endWithUs = (): void => [dockerd, containerd].forEach((daemon) => void daemon.kill('SIGKILL'))
  process.once('exit', endWithUs)
  facts.undo.defer(() => void process.off('exit', endWithUs))
  facts.undo.defer(() => endDaemon(containerd, 'SIGKILL'))
  facts.undo.defer(() => endDaemon(dockerd, 'SIGKILL'))
  return {
    socketPath: engineSocket(place),
    docker: new Docker({ socketPath: engineSocket(place), timeout: 120_000 }),
    enter: inNamespace(place),
    address: place.engineAddress,
    disk: facts.disk,
    end: (signal) => endDaemon(dockerd, signal),
    start: async (options) => {
      liveRestore = options?.liveRestore ?? liveRestore
      dockerd = await startDockerd(place, liveRestore)
    },
    powerOff: () => losePower(place),
    powerOn: async () => {
      containerd = await startContainerd(place)
      dockerd = await startDockerd(place, liveRestore)
    },
    shareLoopback: (port) =>
      shareLoopback({ enter: inNamespace(place), folder: place.folder, undo: facts.undo }, port),
    close: () => facts.undo.disposeAsync(),
  }
}
