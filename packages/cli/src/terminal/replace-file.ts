import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Puts a text where another may be: written whole beside its name, then renamed, so that a crash leaves the old file or
 * the new one, and two commands at once leave that of one of them. Makes its folder. Throws what the file system throws.
 */
export async function replaceFile(
  place: string,
  text: string,
  { mode, folderMode }: { mode?: number; folderMode?: number } = {},
): Promise<void> {
  await mkdir(dirname(place), { recursive: true, mode: folderMode })
  const draft = `${place}.${randomUUID()}.draft`
  try {
    await writeFile(draft, text, { mode })
    await rename(draft, place)
  } finally {
    await rm(draft, { force: true })
  }
}
