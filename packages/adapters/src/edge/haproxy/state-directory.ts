import type { WantedService } from '@towpath/domain/edge/wanted.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseEdgeFile, type EdgeFile } from './edge-file.ts'
import { NO_RELEASE, edgeFiles, releasesMapName } from './names.ts'
import { steeringMapName, steeringMapText } from './steering-map.ts'

/** Where the operating systems cut the path of a socket. */
const SOCKET_PATH_MAX = 103

/** The files of one edge, all owned by whoever runs the controller: the edge runs under the same user. */
export class StateDirectory {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** Creates the directory and the token of the private entry unless they are there. */
  async ensure(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 })
    if ((await this.#read(edgeFiles.token)) === null)
      await this.#replace(edgeFiles.token, `${randomBytes(32).toString('hex')}\n`)
  }

  async readEdgeFile(): Promise<EdgeFile | null> {
    const text = await this.#read(edgeFiles.config)
    return text === null ? null : parseEdgeFile(text)
  }

  /**
   * Puts the file in place in one step; what is in it is on the disk by then. `settled` resolves when its name is, too:
   * whoever calls may act meanwhile and must wait for it before saying that it is done.
   */
  async writeEdgeFile(text: string): Promise<{ settled: Promise<void> }> {
    await this.#replace(edgeFiles.config, text)
    return { settled: this.#syncNames() }
  }

  /** Writes the maps that differ. They come before the edge's file, which names them. */
  async writeMaps(services: WantedService[]): Promise<void> {
    const maps = services.flatMap((service): [string, string][] => [
      [
        releasesMapName(service.service),
        service.slots.map(({ slot, release }) => `${slot} ${release ?? NO_RELEASE}\n`).join(''),
      ],
      [steeringMapName(service.service), steeringMapText(service)],
    ])
    await Promise.all(
      maps.map(async ([name, text]) => {
        if ((await this.#read(name)) !== text) await this.#replace(name, text)
      }),
    )
  }

  async token(): Promise<string | null> {
    return (await this.#read(edgeFiles.token))?.trim() ?? null
  }

  /** Path to connect to: the shorter of absolute and relative. Throws EDGE_PATH_TOO_LONG where neither fits. */
  socket(name: 'runtimeSocket' | 'masterSocket' | 'privateSocket' | 'trafficSocket'): string {
    const absolute = join(this.path, edgeFiles[name])
    const fromHere = relative(process.cwd(), absolute)
    const shorter = fromHere.length < absolute.length ? fromHere : absolute
    if (Buffer.byteLength(shorter) <= SOCKET_PATH_MAX) return shorter
    throw new TowpathError({
      code: 'EDGE_PATH_TOO_LONG',
      kind: 'usage',
      message: `The edge's socket would be at ${absolute}, longer than the ${SOCKET_PATH_MAX} bytes that a socket's path may have.`,
      hint: 'The edge was not changed. Keep the state of the server in a folder with a shorter path.',
    })
  }

  /** True once a running edge has made its runtime socket here; an edge that just starts gets a moment. */
  async hasSocket(): Promise<boolean> {
    const path = join(this.path, edgeFiles.runtimeSocket)
    for (let tries = 0; tries < 30; tries++) {
      if (existsSync(path)) return true
      await sleep(100)
    }
    return false
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }

  async #read(name: string): Promise<string | null> {
    try {
      return await readFile(join(this.path, name), 'utf8')
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw fault
    }
  }

  async #replace(name: string, text: string): Promise<void> {
    const target = join(this.path, name)
    const beside = `${target}.${process.pid}.tmp`
    const file = await open(beside, 'w', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, target)
  }

  async #syncNames(): Promise<void> {
    const directory = await open(this.path, 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  }
}
