import type { WantedService } from '@towpath/domain/edge/wanted.ts'
import { randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EdgeDisk, LogPlace } from './edge-disk.ts'
import { parseEdgeFile, type EdgeFile } from './edge-file.ts'
import { NO_RELEASE, edgeFiles, releasesMapName } from './names.ts'
import { steeringMapName, steeringMapText } from './steering-map.ts'

/** The files of one edge, all owned by whoever writes them: the edge runs under the same user. */
export class StateDirectory {
  readonly path: string
  readonly #disk: EdgeDisk

  private constructor(disk: EdgeDisk, path: string) {
    this.#disk = disk
    this.path = path
  }

  static async of(disk: EdgeDisk, name: string): Promise<StateDirectory> {
    return new StateDirectory(disk, posix.join(await disk.root(), name))
  }

  /** Creates the directory and the token of the private entry unless they are there. */
  async ensure(): Promise<void> {
    await this.#disk.makeFolder(this.path)
    if ((await this.#read(edgeFiles.token)) === null)
      await this.#disk.replace(this.path, [[edgeFiles.token, `${randomBytes(32).toString('hex')}\n`]])
  }

  exists(): Promise<boolean> {
    return this.#disk.hasFolder(this.path)
  }

  async readEdgeFile(): Promise<EdgeFile | null> {
    const text = await this.#read(edgeFiles.config)
    return text === null ? null : parseEdgeFile(text)
  }

  /**
   * Puts the file in place in one step; what is in it is on the disk by then. `settled` resolves when its name is, too:
   * whoever calls may act meanwhile and must wait for it before saying that it is done. Null where a newer controller
   * wrote meanwhile: then its file stays.
   */
  async writeEdgeFile(text: string, fence: number): Promise<{ settled: Promise<void> } | null> {
    const isOurs = await this.#disk.replaceFenced(this.path, { name: edgeFiles.config, text, fence })
    return isOurs ? { settled: this.#disk.syncNames(this.path) } : null
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
    await this.#disk.replace(this.path, maps)
  }

  async token(): Promise<string | null> {
    return (await this.#read(edgeFiles.token))?.trim() ?? null
  }

  /** Path here to connect to. Throws SOCKET_PATH_TOO_LONG, and what the way to the host throws. */
  socket(name: 'runtimeSocket' | 'masterSocket' | 'privateSocket'): Promise<string> {
    return this.#disk.socketTo(posix.join(this.path, edgeFiles[name]))
  }

  /** Now, by the clock of the edge's host; ms since 1970. */
  async hostNowMs(): Promise<number> {
    return Date.now() + (await this.#disk.aheadMs())
  }

  /** Where to listen for the edge's log. */
  logPlace(): Promise<LogPlace> {
    return this.#disk.logPlace(posix.join(this.path, edgeFiles.trafficSocket))
  }

  /** True once a running edge has made its runtime socket here; an edge that just starts gets a moment. */
  async hasSocket(): Promise<boolean> {
    const path = posix.join(this.path, edgeFiles.runtimeSocket)
    for (let tries = 0; tries < 30; tries++) {
      if (await this.#disk.hasSocket(path)) return true
      await sleep(100)
    }
    return false
  }

  async remove(): Promise<void> {
    await this.#disk.remove(this.path)
  }

  #read(name: string): Promise<string | null> {
    return this.#disk.read(posix.join(this.path, name))
  }
}
