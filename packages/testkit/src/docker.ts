import { setTimeout as sleep } from 'node:timers/promises'
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
 * Images stay: they are shared between runs. Safe to repeat. Returns the networks that the engine would not let go: now
 * and then Docker Engine counts an endpoint of a container that is long gone, and only its own restart mends that.
 */
export const removeByLabel = async (label: string, docker: Docker = connectDocker()): Promise<string[]> => {
  const filters = { label: [label] }
  const containers = await docker.listContainers({ all: true, filters })
  await Promise.all(
    containers.map(({ Id }) => goneIsFine(docker.getContainer(Id).remove({ force: true, v: true }))),
  )
  const networks = await docker.listNetworks({ filters })
  const left = await Promise.all(networks.map((network) => removeNetwork(docker, network)))
  const volumes = await docker.listVolumes({ filters })
  await Promise.all(volumes.Volumes.map(({ Name }) => goneIsFine(docker.getVolume(Name).remove())))
  return left.filter((name) => name !== null)
}

const networkLooks = 15
const networkLookEveryMs = 200

/** The name where it stays behind, else null. A container that has just gone may hold it for a moment. */
const removeNetwork = async (docker: Docker, { Id, Name }: { Id: string; Name: string }) => {
  for (let look = 0; look < networkLooks; look += 1) {
    try {
      await goneIsFine(docker.getNetwork(Id).remove())
      return null
    } catch (fault) {
      if (engineStatus(fault) !== 403) throw fault
      await sleep(networkLookEveryMs)
    }
  }
  return Name
}

const goneIsFine = async (removal: Promise<unknown>): Promise<void> => {
  try {
    await removal
  } catch (fault) {
    if (!isGone(fault)) throw fault
  }
}
