import { createHash } from 'node:crypto'
import { mkdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import type { ServerUser } from './engine-process.ts'

/** Where root keeps what another account must reach. */
export const SHARED_DIR = '/var/lib/towpath'

/** Where the files of one embedded server lie, and why there. */
export interface EmbeddedHome {
  /** Holds `cluster/` (data, password). */
  home: string
  /** Holds `engine-<version>/`. */
  engineBase: string
  reason: 'own account' | 'reachable by the server account' | 'state directory is private' | 'remembered'
}

const LOCATION_FILE = 'location.json'
const locationSchema = z.object({ home: z.string().startsWith('/') })

/**
 * Decides where the database lives. Without root: inside `dataDir`. As root: inside `dataDir` when
 * the server's account may walk there, else under `sharedDir`, in a folder named after `dataDir`.
 * Once made, the choice is remembered in `<dataDir>/location.json`, so that a later `chmod`
 * can never make an installation wake up beside an empty ledger.
 */
export const chooseHome = async (
  dataDir: string,
  user: ServerUser | undefined,
  sharedDir: string = SHARED_DIR,
): Promise<EmbeddedHome> => {
  await mkdir(dataDir, { recursive: true, mode: 0o711 })
  const place = await realpath(dataDir)
  const remembered = await readLocation(place)
  const here = { home: place, engineBase: place }
  if (remembered !== undefined) {
    const engineBase = dirname(remembered) === sharedDir ? sharedDir : remembered
    return { home: remembered, engineBase, reason: 'remembered' }
  }
  if (user === undefined) return { ...here, reason: 'own account' }
  if (await isReachable(place, user)) return { ...here, reason: 'reachable by the server account' }
  return { home: sharedHome(place, sharedDir), engineBase: sharedDir, reason: 'state directory is private' }
}

/** Every place where data of `dataDir` may lie, also when somebody deleted that folder itself before. */
export const possibleHomes = async (dataDir: string, sharedDir: string = SHARED_DIR): Promise<string[]> => {
  const parent = await realpath(dirname(resolve(dataDir))).catch(() => dirname(resolve(dataDir)))
  const place = join(parent, basename(resolve(dataDir)))
  const remembered = await readLocation(place)
  return [
    ...new Set([...(remembered === undefined ? [] : [remembered]), sharedHome(place, sharedDir), place]),
  ]
}

const sharedHome = (place: string, sharedDir: string): string =>
  join(sharedDir, createHash('sha256').update(place).digest('hex').slice(0, 16))

/** The home an earlier start settled on, or undefined before the first. */
const readLocation = async (dataDir: string): Promise<string | undefined> => {
  const text = await readFile(join(dataDir, LOCATION_FILE), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : locationSchema.parse(JSON.parse(text)).home
}

/** Settles the choice; called only once the database there exists. */
export const rememberLocation = async (dataDir: string, home: string): Promise<void> => {
  const file = join(dataDir, LOCATION_FILE)
  await writeFile(`${file}.draft`, `${JSON.stringify({ home })}\n`, { mode: 0o644 })
  await rename(`${file}.draft`, file)
}

/** May this account enter every folder on the way? Judged by mode bits; anything subtler counts as no. */
const isReachable = async (dir: string, user: ServerUser): Promise<boolean> => {
  const { mode, uid } = await stat(dir)
  const mayEnter = (uid === user.uid ? mode & 0o100 : mode & 0o001) !== 0
  if (!mayEnter) return false
  const parent = dirname(dir)
  return parent === dir ? true : isReachable(parent, user)
}
