import type { Edge, EdgeSpec, ProbeAnswer } from '@towpath/app/ports/edge.ts'
import type { WantedEdge } from '@towpath/domain/edge/wanted.ts'
import { messageOf } from '@towpath/domain/error/towpath-error.ts'
import { applyWanted, writeWanted } from './apply-wanted.ts'
import { cutSlot } from './cut.ts'
import { fileDifferences, runtimeDifferences } from './differences.ts'
import type { EdgeDisk } from './edge-disk.ts'
import type { EdgeHost } from './edge-host.ts'
import { inTurn } from './in-turn.ts'
import { renewLease } from './lease.ts'
import { type PrivateEntry, TOKEN_REFUSED, probeSlot } from './probe.ts'
import { untilServing } from './reload.ts'
import { renderEdge } from './render.ts'
import { readStatuses } from './read-statuses.ts'
import { readRuntime } from './runtime.ts'
import { StateDirectory } from './state-directory.ts'
import { trafficLogs } from './traffic-listener.ts'

export interface HaproxyEdgeOptions {
  host: EdgeHost
  /** Where its files are. */
  disk: EdgeDisk
}

/** The edge port on HAProxy: file first, runtime socket second, hitless reload where the structure changed. */
export function haproxyEdge({ host, disk }: HaproxyEdgeOptions): Edge {
  const directories = new Map<string, StateDirectory>()
  const directoryOf = async ({ name }: EdgeSpec): Promise<StateDirectory> => {
    const dir = directories.get(name) ?? (await StateDirectory.of(disk, name))
    directories.set(name, dir)
    return dir
  }
  const turns = inTurn()
  const logs = trafficLogs()
  /** Every call on an edge that is there sees to it that its log is followed. Where it cannot be, no traffic is held up. */
  const followed = async (spec: EdgeSpec): Promise<StateDirectory> => {
    const dir = await directoryOf(spec)
    await logs.follow(dir).catch(() => undefined)
    return dir
  }
  return {
    ensure: (spec, wanted) =>
      turns(spec.name, async () => {
        await ensure({ host, spec, wanted, dir: await directoryOf(spec), follow: () => followed(spec) })
      }),
    apply: (spec, wanted) => turns(spec.name, async () => applyWanted(await followed(spec), wanted)),
    drift: (spec, wanted) => turns(spec.name, async () => drift(await followed(spec), wanted)),
    status: async (spec) => readStatuses(await followed(spec)),
    traffic: async (spec) => {
      const dir = await directoryOf(spec)
      await logs.follow(dir)
      return logs.traffic(dir)
    },
    renew: (spec, lease) => turns(spec.name, async () => renewLease(await followed(spec), lease)),
    cut: (spec, place) => turns(spec.name, async () => cutSlot(await followed(spec), place)),
    probe: async (spec, request) => {
      const started = performance.now()
      try {
        const dir = await directoryOf(spec)
        const answer = await probeSlot(await privateEntryOf(dir), request)
        if (answer.fault === TOKEN_REFUSED) dir.forgetToken()
        return answer.status !== null || (await disk.answers()) ? answer : { ...answer, edgeDown: true }
      } catch (thrown) {
        return nothingLearnt(thrown, performance.now() - started)
      }
    },
    remove: (spec) =>
      turns(spec.name, async () => {
        const dir = await directoryOf(spec)
        await host.stop(spec)
        await logs.forget(dir)
        await dir.remove()
        dir.forgetToken()
      }),
  }
}

const privateEntryOf = async (dir: StateDirectory): Promise<PrivateEntry> => ({
  socketPath: await dir.socket('privateSocket'),
  token: (await dir.token()) ?? '',
})

/** The way to the edge is broken, so its slots were not asked. */
const nothingLearnt = (thrown: unknown, tookMs: number): ProbeAnswer => ({
  status: null,
  body: '',
  fault: messageOf(thrown),
  edgeDown: true,
  tookMs,
})

interface Ensure {
  host: EdgeHost
  spec: EdgeSpec
  wanted: WantedEdge
  dir: StateDirectory
  follow: () => Promise<unknown>
}

async function ensure({ host, spec, wanted, dir, follow }: Ensure): Promise<void> {
  const isRunning = await host.isRunning(spec)
  if (isRunning && (await dir.hasSocket())) {
    await follow()
    return
  }
  const rendered = renderEdge(wanted)
  await (
    await writeWanted(dir, wanted, rendered)
  ).settled
  await follow()
  // Its state directory was replaced under it: it can never be told anything again.
  if (isRunning) await host.stop(spec)
  await host.start(spec, dir.path)
  await untilServing(dir, rendered.structure)
}

async function drift(dir: StateDirectory, wanted: WantedEdge): Promise<string[]> {
  const rendered = renderEdge(wanted)
  const differences = fileDifferences(await dir.readEdgeFile(), wanted, rendered)
  try {
    const runtime = await readRuntime(
      dir,
      wanted.services.map(({ service }) => service),
    )
    return [...differences, ...runtimeDifferences(runtime, wanted, rendered)]
  } catch (fault) {
    return [...differences, messageOf(fault)]
  }
}
