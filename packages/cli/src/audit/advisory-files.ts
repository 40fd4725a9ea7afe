import { createReadStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { text as textOfStream } from 'node:stream/consumers'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import { Bounded, isRecord, unreadable } from './record-bounds.ts'
import type { Take } from './record-bounds.ts'

/**
 * Every JSON file of a folder, a tar archive (plain or gzip) or a zip archive, or one JSON file. An archive is read once
 * and never unpacked to disk. Throws ADVISORIES_UNREADABLE.
 */
export async function readRecordTexts(path: string, take: Take): Promise<void> {
  const bounded = new Bounded(path, take)
  try {
    const found = await stat(path)
    if (found.isDirectory()) return await readFolder(path, bounded)
    if (!found.isFile()) throw new RangeError('it is neither a folder nor a file')
    return await readFile(path, bounded)
  } catch (thrown) {
    // A mistake of ours is no fault of the file's.
    if (thrown instanceof TowpathError || thrown instanceof TypeError) throw thrown
    throw unreadable(path, messageOf(thrown))
  }
}

async function readFolder(path: string, bounded: Bounded): Promise<void> {
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    const name = join(entry.parentPath, entry.name)
    if (entry.isDirectory() || !(entry.isSymbolicLink() || isRecord(entry.name))) continue
    const problem = await whyUnread(name, entry.isSymbolicLink())
    if (problem !== null) bounded.take({ name, problem })
    else if (isRecord(entry.name)) {
      bounded.checkSize(name, (await stat(name)).size)
      bounded.take({ name, text: await textOfStream(createReadStream(name)) })
    }
  }
}

/** A link to a file is that file; one to a folder or to nothing may stand for any number of records. */
async function whyUnread(name: string, isLink: boolean): Promise<string | null> {
  const found = isLink ? await stat(name).catch(() => null) : await stat(name)
  if (found === null) return 'is a link to nothing that is there'
  if (found.isFile()) return null
  return found.isDirectory() ? 'is a link to a folder, which is not followed' : 'is no file'
}

async function readFile(path: string, bounded: Bounded): Promise<void> {
  const head = await firstBytes(path)
  if (head.subarray(0, 2).toString('latin1') === 'PK')
    return (await import('./read-zip.ts')).readZip(path, bounded)
  if (head[0] === 0x1f && head[1] === 0x8b)
    return (await import('./read-tar.ts')).readTar(path, bounded, true)
  if (isRecord(path)) {
    bounded.checkSize(path, (await stat(path)).size)
    return bounded.take({ name: path, text: await textOfStream(createReadStream(path)) })
  }
  return (await import('./read-tar.ts')).readTar(path, bounded, false)
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
