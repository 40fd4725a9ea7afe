import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** Every file of an example checkout by its relative path, base64, as a release wants them. */
export async function projectFiles(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Object.fromEntries(
    await Promise.all(
      files.map(async (entry): Promise<[string, string]> => {
        const path = join(entry.parentPath, entry.name)
        return [relative(folder, path), (await readFile(path)).toString('base64')]
      }),
    ),
  )
}
