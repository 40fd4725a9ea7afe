import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { shortSocketPath } from '../../host/short-socket-path.ts'
import type { EdgeDisk, FencedFiles, FencedWrite } from './edge-disk.ts'
import { fenceIn } from './edge-file.ts'
import { resultOf } from './settled.ts'

/** The files of edges that run on this machine. */
export const localDisk = (root: string): EdgeDisk => ({
  root: async () => root,
  owner: async () => ({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }),
  hasFolder: async (folder) => existsSync(folder),
  read,
  replaceFenced,
  syncNames: async (folder) => {
    const directory = await open(folder, 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  },
  hasSocket: async (path) => existsSync(path),
  remove: async (folder) => await rm(folder, { recursive: true, force: true }),
  socketTo: async (path) => shortSocketPath(path),
  answers: async () => true,
  aheadMs: async () => 0,
  logPlace: async (path) => ({
    path: shortSocketPath(path),
    offer: async () => {},
    withdraw: async () => {},
  }),
})

async function read(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw fault
  }
}

async function replaceFenced(folder: string, wanted: FencedFiles): Promise<FencedWrite> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const target = join(folder, wanted.fenced[0])
  const before = await read(target)
  if (isNewer(before, wanted.fence)) return { before, isOurs: false }
  const drafts = await Promise.allSettled((await differing(folder, wanted)).map(draft))
  try {
    const written = drafts.map(resultOf)
    // Writing takes a while, in which a newer controller may have come.
    const now = await read(target)
    if (isNewer(now, wanted.fence)) return { before: now, isOurs: false }
    for (const { beside, place } of written) await rename(beside, place)
    return { before, isOurs: true }
  } finally {
    const begun = drafts.flatMap((made) => (made.status === 'fulfilled' ? [made.value.beside] : []))
    await Promise.all(begun.map((beside) => rm(beside, { force: true })))
  }
}

const isNewer = (text: string | null, fence: number): boolean => text !== null && (fenceIn(text) ?? 0) > fence

interface Differing {
  place: string
  text: string
}

/** Those that have to be written, in the order in which they become visible. */
async function differing(folder: string, { kept, files, fenced }: FencedFiles): Promise<Differing[]> {
  const found = await Promise.all(
    [...kept, ...files, fenced].map(async ([name, text], index) => {
      const place = join(folder, name)
      const now = await read(place)
      return now === text || (index < kept.length && now !== null) ? [] : [{ place, text }]
    }),
  )
  return found.flat()
}

/** A file beside its place, on the disk; under a name of its own, because another controller may do the same. */
async function draft({ place, text }: Differing): Promise<{ beside: string; place: string }> {
  const beside = `${place}.${randomBytes(6).toString('hex')}.tmp`
  const file = await open(beside, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } catch (fault) {
    await rm(beside, { force: true })
    throw fault
  } finally {
    await file.close()
  }
  return { beside, place }
}
