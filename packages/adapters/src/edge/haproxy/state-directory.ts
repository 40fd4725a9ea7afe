import type { WantedService } from '@towpath/domain/edge/wanted.ts'
import { randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EdgeDisk, LogPlace } from './edge-disk.ts'
import { parseEdgeFile, type EdgeFile } from './edge-file.ts'
import { askSocket, askSpare } from './haproxy-socket.ts'
import { NO_RELEASE, edgeFiles, releasesMapName } from './names.ts'
import { steeringMapName, steeringMapText } from './steering-map.ts'

export interface FilesOfEdge {
  text: string
  services: WantedService[]
  fence: number
}

export interface WrittenFiles {
  /** The file as it was. */
  before: EdgeFile | null
  settled: Promise<void> | null
}

/** The files of one edge, all owned by whoever writes them: the edge runs under the same user. */
export class StateDirectory {
  readonly path: string
  readonly #disk: EdgeDisk
  #token: string | null = null

  private constructor(disk: EdgeDisk, path: string) {
    this.#disk = disk
    this.path = path
  }

  static async of(disk: EdgeDisk, name: string): Promise<StateDirectory> {
    return new StateDirectory(disk, posix.join(await disk.root(), name))
  }

  exists(): Promise<boolean> {
    return this.#disk.hasFolder(this.path)
  }

  async readEdgeFile(): Promise<EdgeFile | null> {
    const text = await this.#read(edgeFiles.config)
    return text === null ? null : parseEdgeFile(text)
  }

  /**
   * Puts the file and its maps in place, each in one step, and makes directory and token where they are not there; what is
   * in them is on the disk by then. `settled` resolves when their names are, too: whoever calls may act meanwhile and must
   * wait for it before saying that it is done. Null where a newer controller wrote before: then its files stay.
   */
  async write({ text, services, fence }: FilesOfEdge): Promise<WrittenFiles> {
    const { before, isOurs } = await this.#disk.replaceFenced(this.path, {
      kept: [[edgeFiles.token, `${randomBytes(32).toString('hex')}\n`]],
      files: services.flatMap(mapsOf),
      fenced: [edgeFiles.config, text],
      fence,
    })
    const settled = isOurs ? this.#disk.syncNames(this.path) : null
    // It may fail while nobody waits for it yet.
    settled?.catch(() => undefined)
    return { before: before === null ? null : parseEdgeFile(before), settled }
  }

  /** Of the private entry; null where there is none. Read once: nobody changes one that is there. */
  async token(): Promise<string | null> {
    this.#token ??= (await this.#read(edgeFiles.token))?.trim() ?? null
    return this.#token
  }

  /** Reads it again next time: the edge knows another one, as after its directory was lost. */
  forgetToken(): void {
    this.#token = null
  }

  /** One batch of commands, whole; see `askSocket`. */
  async ask(name: 'runtimeSocket' | 'masterSocket', commands: string, deadlineMs: number): Promise<string> {
    const { spares } = this.#disk
    const path = await this.socket(name)
    if (spares === undefined) return await askSocket(path, commands, deadlineMs)
    return await askSpare(spares, path, { commands, deadlineMs })
  }

  /** From here on another worker answers: connections that were opened beforehand lead to the former one. */
  forgetWorker(): void {
    this.#disk.spares?.drop()
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

const mapsOf = (service: WantedService): [string, string][] => [
  [
    releasesMapName(service.service),
    service.slots.map(({ slot, release }) => `${slot} ${release ?? NO_RELEASE}\n`).join(''),
  ],
  [steeringMapName(service.service), steeringMapText(service)],
]
