import type { ContainerEngine } from '@towpath/app/ports/container-engine.ts'
import { edgeContainer } from './edge-container.ts'
import type { EdgeDisk } from './edge-disk.ts'
import type { EdgeHost } from './edge-host.ts'

const STOP_GRACE_MS = 3_000

/** HAProxy in a container of its own, on the engine that runs the services. */
export const containerHost = (engine: ContainerEngine, disk: EdgeDisk): EdgeHost => ({
  start: async (spec, stateDirectory) => {
    await engine.ensureRunning(edgeContainer(spec, stateDirectory, await disk.owner()))
  },
  isRunning: async ({ name }) => (await engine.inspect(name))?.status === 'running',
  stop: async ({ name }) => {
    await engine.stop(name, STOP_GRACE_MS)
    await engine.remove(name)
  },
})
