import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { shortSocketPath } from '../../host/short-socket-path.ts'
import type { EdgeDisk } from './edge-disk.ts'
import { parseEdgeFile } from './edge-file.ts'

/** The files of edges that run on this machine. */
export const localDisk = (root: string): EdgeDisk => ({
  root: async () => root,
  owner: async () => ({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }),
  makeFolder: async (folder) => void (await mkdir(folder, { recursive: true, mode: 0o700 })),
  hasFolder: async (folder) => existsSync(folder),
  read,
  replace: async (folder, files) => {
    await Promise.all(files.map(([name, text]) => replaceDiffering(join(folder, name), text)))
  },
  replaceFenced: async (folder, { name, text, fence }) => {
    const target = join(folder, name)
    const before = await read(target)
    if (before !== null && (parseEdgeFile(before).fence ?? 0) > fence) return false
    if (before !== text) await replace(target, text)
    return true
  },
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
  logPlace: async (path) => ({ path: shortSocketPath(path), offer: async () => {} }),
})

async function read(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw fault
  }
}

const replaceDiffering = async (target: string, text: string): Promise<void> => {
  if ((await read(target)) !== text) await replace(target, text)
}

async function replace(target: string, text: string): Promise<void> {
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
