import Docker from 'dockerode'
import { dockerSocket } from './setup/engine.ts'

/** A client of the local Docker Engine. Opens nothing until the first call. */
export const connectDocker = (): Docker => new Docker({ socketPath: dockerSocket(), timeout: 120_000 })

/** True for an answer of the engine that says the object is gone already, or is on its way out. */
export const isGone = (fault: unknown): boolean => {
  const status = engineStatus(fault)
  return status === 404 || (status === 409 && /in progress/.test(String(fault)))
}

/** HTTP status that the engine refused with; `null` for a fault of the transport. */
export const engineStatus = (fault: unknown): number | null =>
  fault instanceof Error && 'statusCode' in fault && typeof fault.statusCode === 'number'
    ? fault.statusCode
    : null

/**
 * Removes the containers, networks and volumes that carry `label` (`key` or `key=value`), and nothing else.
 * Images stay: they are shared between runs. Safe to repeat.
 */
export const removeByLabel = async (label: string, docker: Docker = connectDocker()): Promise<void> => {
  const filters = { label: [label] }
  const containers = await docker.listContainers({ all: true, filters })
  await Promise.all(
    containers.map(({ Id }) => goneIsFine(docker.getContainer(Id).remove({ force: true, v: true }))),
  )
  const networks = await docker.listNetworks({ filters })
  await Promise.all(networks.map(({ Id }) => goneIsFine(docker.getNetwork(Id).remove())))
  const volumes = await docker.listVolumes({ filters })
  await Promise.all(volumes.Volumes.map(({ Name }) => goneIsFine(docker.getVolume(Name).remove())))
}

const goneIsFine = async (removal: Promise<unknown>): Promise<void> => {
  try {
    await removal
  } catch (fault) {
    if (!isGone(fault)) throw fault
  }
}
