import type { EdgeOwner } from './edge-container.ts'
import type { SpareSockets } from './spare-sockets.ts'

/** A place here that stands for a socket of the edge's host. */
export interface LogPlace {
  /** Where to listen. */
  path: string
  /** Lets what the edge connects to lead there, once somebody listens; free where it does already. */
  offer(): Promise<void>
  /** Lets it lead nowhere again; fine when it does. */
  withdraw(): Promise<void>
}

type NamedText = readonly [name: string, text: string]

export interface FencedFiles {
  /** Written only where they are absent: what is in them is nobody's to change. */
  kept: readonly NamedText[]
  /** In this order. */
  files: readonly NamedText[]
  /** Names the fence, and the files, so it is written last. */
  fenced: NamedText
  /** Of whoever writes. */
  fence: number
}

export interface FencedWrite {
  /** What `fenced` held before; null where there was none. */
  before: string | null
  /** False where it named a newer fence: nothing was written then. */
  isOurs: boolean
}

/**
 * Where an edge keeps its files and sockets: on this machine, or on the host that the edge runs on. All paths are the
 * host's own, absolute. Faults of the way there throw a retryable TowpathError.
 */
export interface EdgeDisk {
  /** Each edge has a folder of its name below this one. */
  root(): Promise<string>
  /** Who owns what is written here: the edge runs as the same. */
  owner(): Promise<EdgeOwner>
  hasFolder(folder: string): Promise<boolean>
  /** Null where there is none. */
  read(path: string): Promise<string | null>
  /**
   * Puts files in a folder, which it makes, for its owner alone: each in one step, and what is in it on the disk by then.
   * One that holds the same already is left as it is. Nobody writes in between where the place has locks.
   */
  replaceFenced(folder: string, files: FencedFiles): Promise<FencedWrite>
  /** Resolves when the names of what was replaced are on the disk, too. */
  syncNames(folder: string): Promise<void>
  hasSocket(path: string): Promise<boolean>
  /** With everything in it; fine when it is gone. */
  remove(folder: string): Promise<void>
  /** Path here to connect to for a socket there. */
  socketTo(path: string): Promise<string>
  /** For places where opening a connection is a way there and back. */
  spares?: SpareSockets
  /** False where nobody could be asked about anything just now: an answer that did not come says nothing then. */
  answers(): Promise<boolean>
  /** How far the clock there is ahead of ours, in ms; it is the edge's clock that ends a lease and stamps the log. */
  aheadMs(): Promise<number>
  logPlace(path: string): Promise<LogPlace>
}
