import type { EdgeOwner } from './edge-container.ts'

/** A place here that stands for a socket of the edge's host. */
export interface LogPlace {
  /** Where to listen. */
  path: string
  /** Lets what the edge connects to lead there, once somebody listens; free where it does already. */
  offer(): Promise<void>
}

export interface FencedFile {
  name: string
  text: string
  fence: number
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
  /** Creates it, for its owner alone; fine when it is there. */
  makeFolder(folder: string): Promise<void>
  hasFolder(folder: string): Promise<boolean>
  /** Null where there is none. */
  read(path: string): Promise<string | null>
  /**
   * Puts files in a folder, each in one step and what is in it on the disk by then. One that holds the same already is
   * left as it is.
   */
  replace(folder: string, files: readonly (readonly [name: string, text: string])[]): Promise<void>
  /** As `replace`, unless the file that is there names a newer fence; false then, and nothing was written. */
  replaceFenced(folder: string, file: FencedFile): Promise<boolean>
  /** Resolves when the names of what was replaced are on the disk, too. */
  syncNames(folder: string): Promise<void>
  hasSocket(path: string): Promise<boolean>
  /** With everything in it; fine when it is gone. */
  remove(folder: string): Promise<void>
  /** Path here to connect to for a socket there. */
  socketTo(path: string): Promise<string>
  /** False where nobody could be asked about anything just now: an answer that did not come says nothing then. */
  answers(): Promise<boolean>
  /** How far the clock there is ahead of ours, in ms; it is the edge's clock that ends a lease and stamps the log. */
  aheadMs(): Promise<number>
  logPlace(path: string): Promise<LogPlace>
}
