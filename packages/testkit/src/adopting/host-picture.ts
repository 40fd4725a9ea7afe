import { createHash } from 'node:crypto'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type Docker from 'dockerode'

/** What a host is, thing by thing (`container/shop_api_1`, `file/srv/shop/.env`): everything that can be read of each. */
export type HostPicture = Record<string, unknown>

type IsOfHost = (thing: { name: string; labels: Record<string, string> }) => boolean

export interface PictureTaken {
  docker: Docker
  /** Files, or folders with all that is in them. */
  paths: readonly string[]
  /** On an engine that others use at the same time: which of its things belong to the host that is meant. */
  isOfHost?: IsOfHost
}

/** Where a host keeps what starts by itself. */
export const startingPaths: readonly string[] = [
  '/etc/systemd/system',
  '/etc/crontab',
  '/etc/cron.d',
  '/var/spool/cron/crontabs',
]

/** Everything of a host that a tool could have changed: containers, networks, volumes, images, files. */
export async function takePicture({
  docker,
  paths,
  isOfHost = () => true,
}: PictureTaken): Promise<HostPicture> {
  const picture: HostPicture = {
    ...(await containersOf(docker, isOfHost)),
    ...(await networksOf(docker, isOfHost)),
    ...(await volumesOf(docker, isOfHost)),
    ...(await imagesOf(docker, isOfHost)),
  }
  for (const path of paths) await addFiles(picture, path)
  return picture
}

async function containersOf(docker: Docker, isOfHost: IsOfHost): Promise<HostPicture> {
  const all = (await docker.listContainers({ all: true })).map(({ Id, Names, Labels }) => ({
    ...{ id: Id, name: Names[0]?.slice(1) ?? Id, labels: Labels },
  }))
  const things = all
    .filter(isOfHost)
    .map(async ({ id, name }) => [`container/${name}`, await containerAt(docker, id)] as const)
  return Object.fromEntries(await Promise.all(things))
}

async function networksOf(docker: Docker, isOfHost: IsOfHost): Promise<HostPicture> {
  const all = await docker.listNetworks()
  const things = all
    .filter(({ Name, Labels }) => isOfHost({ name: Name, labels: Labels ?? {} }))
    .map(
      async ({ Id, Name }) =>
        [`network/${Name}`, (await docker.getNetwork(Id).inspect()) as unknown] as const,
    )
  return Object.fromEntries(await Promise.all(things))
}

async function volumesOf(docker: Docker, isOfHost: IsOfHost): Promise<HostPicture> {
  const { Volumes } = await docker.listVolumes()
  const things = Volumes.filter(({ Name, Labels }) => isOfHost({ name: Name, labels: Labels ?? {} }))
  return Object.fromEntries(things.map((volume) => [`volume/${volume.Name}`, volume]))
}

async function imagesOf(docker: Docker, isOfHost: IsOfHost): Promise<HostPicture> {
  const things = (await docker.listImages()).map(({ Id, RepoTags, RepoDigests }) => {
    const names = [...(RepoTags ?? []), ...(RepoDigests ?? [])]
    return [`image/${Id}`, names.filter((name) => isOfHost({ name, labels: {} })).toSorted()] as const
  })
  return Object.fromEntries(things.filter(([, names]) => names.length > 0))
}

/** As the engine tells it, and what it wrote for the container: its names, its resolver and its routes. */
async function containerAt(docker: Docker, id: string): Promise<unknown> {
  const inspected = await docker.getContainer(id).inspect()
  const { HostsPath, ResolvConfPath, State } = inspected
  const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')
  return {
    ...inspected,
    // The engine lists them in any order.
    Mounts: inspected.Mounts.toSorted((one, other) => (one.Destination < other.Destination ? -1 : 1)),
    hosts: await read(HostsPath),
    resolver: await read(ResolvConfPath),
    routes: State.Running ? await read(`/proc/${State.Pid}/net/route`) : '',
  }
}

/** Text by digest, with its owner and rights; where a link leads. Times are not looked at. */
async function addFiles(picture: HostPicture, path: string): Promise<void> {
  const found = await lstat(path).catch(() => null)
  if (found === null) return
  const { mode, uid, gid } = found
  const thing = { mode: mode.toString(8), uid, gid }
  if (found.isSymbolicLink()) picture[`file${path}`] = { ...thing, link: await readlink(path) }
  else if (found.isFile())
    picture[`file${path}`] = {
      ...thing,
      sha256: createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    }
  else picture[`file${path}`] = thing
  if (!found.isDirectory()) return
  for (const name of await readdir(path)) await addFiles(picture, join(path, name))
}

/** One line for each value that is not the same, with its place: `container/shop_api_1 State.Pid: 12 -> 13`. */
export function differences(before: HostPicture, after: HostPicture): string[] {
  const things = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
  return things.flatMap((thing) => {
    if (!(thing in before)) return [`${thing} came`]
    if (!(thing in after)) return [`${thing} went`]
    return differencesAt([], before[thing], after[thing]).map((line) => `${thing} ${line}`)
  })
}

function differencesAt(path: readonly string[], before: unknown, after: unknown): string[] {
  if (isObject(before) && isObject(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .toSorted()
      .flatMap((key) => differencesAt([...path, key], before[key], after[key]))
  const [was, is] = [before, after].map((value) => JSON.stringify(value) ?? 'nothing')
  return was === is ? [] : [`${path.join('.')}: ${was} -> ${is}`]
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/**
 * False for the one thing that Docker does not put back where a running container leaves a network: the line of
 * `/etc/hosts` with the container's own name, which its name server answers just as well. A restart writes it again.
 */
export const withoutHostNames = (difference: string): boolean => !/^container\/\S+ hosts: /.test(difference)
