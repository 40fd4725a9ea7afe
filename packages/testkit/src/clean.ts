import type Docker from 'dockerode'
import { rm } from 'node:fs/promises'
import { connectDocker, engineStatus, isGone } from './docker.ts'
import { debianBaseCache } from './image/debian-base.ts'
import { imageLabel } from './image/import.ts'
import { baseLayerCache } from './registry/base-layer.ts'

/** Containers, networks and volumes that Towpath creates carry a label whose name starts so. */
const prefix = 'towpath.'

/** Names of what was removed, and of what the engine would not let go, with its reason. */
export interface Cleaned {
  containers: string[]
  networks: string[]
  volumes: string[]
  images: string[]
  kept: { name: string; why: string }[]
}

/**
 * Removes what Towpath made on this engine and nothing else: objects with a label `towpath.…` and the images of demo and
 * tests, or only the objects of one installation (label `towpath.installation`), whose images others may share.
 * Images that a container of somebody else uses stay. Safe to repeat.
 */
export const clean = async (
  { installation, alsoImages = false }: { installation?: string; alsoImages?: boolean } = {},
  docker: Docker = connectDocker(),
): Promise<Cleaned> => {
  const isOurs = (labels: Labels) =>
    installation === undefined
      ? Object.keys(labels ?? {}).some((name) => name.startsWith(prefix))
      : labels?.[`${prefix}installation`] === installation
  const kept: Cleaned['kept'] = []
  // In this order: a network or an image in use cannot go.
  const containers = await removeAll(await containersOf(docker, isOurs), kept)
  const networks = await removeAll(await networksOf(docker, isOurs), kept)
  const volumes = await removeAll(await volumesOf(docker, isOurs), kept)
  const images = installation === undefined || alsoImages ? await removeAll(await imagesOf(docker), kept) : []
  if (installation === undefined)
    for (const cache of [baseLayerCache(), debianBaseCache()])
      await rm(cache, { recursive: true, force: true })
  return { containers, networks, volumes, images, kept }
}

type Labels = Record<string, string> | null | undefined
type IsOurs = (labels: Labels) => boolean

interface Removable {
  name: string
  remove: () => Promise<unknown>
}

const containersOf = async (docker: Docker, isOurs: IsOurs): Promise<Removable[]> => {
  const found = await docker.listContainers({ all: true })
  return found
    .filter(({ Labels }) => isOurs(Labels))
    .map(({ Id, Names }) => ({
      name: (Names[0] ?? Id).replace(/^\//, ''),
      remove: () => docker.getContainer(Id).remove({ force: true, v: true }),
    }))
}

const networksOf = async (docker: Docker, isOurs: IsOurs): Promise<Removable[]> => {
  const found = await docker.listNetworks()
  return found
    .filter(({ Labels }) => isOurs(Labels))
    .map(({ Id, Name }) => ({ name: Name, remove: () => docker.getNetwork(Id).remove() }))
}

const volumesOf = async (docker: Docker, isOurs: IsOurs): Promise<Removable[]> => {
  const found = await docker.listVolumes()
  return found.Volumes.filter(({ Labels }) => isOurs(Labels)).map(({ Name }) => ({
    name: Name,
    remove: () => docker.getVolume(Name).remove(),
  }))
}

/** Reference by reference, never by force: that would take an image from under a stopped container that is not ours. */
const imagesOf = async (docker: Docker): Promise<Removable[]> => {
  const found = await docker.listImages({ filters: { label: [imageLabel] } })
  const names = found.flatMap(({ Id, RepoTags, RepoDigests }) => {
    const references = [...(RepoTags ?? []), ...(RepoDigests ?? [])].filter(
      (name) => !name.startsWith('<none>'),
    )
    return references.length > 0 ? references : [Id]
  })
  return names.map((name) => ({ name, remove: () => docker.getImage(name).remove() }))
}

const removeAll = async (found: readonly Removable[], kept: Cleaned['kept']): Promise<string[]> => {
  const removed: string[] = []
  for (const { name, remove } of found) {
    try {
      await remove()
      removed.push(name)
    } catch (fault) {
      if (engineStatus(fault) === null) throw fault
      if (!isGone(fault)) kept.push({ name, why: String(fault) })
    }
  }
  return removed
}
