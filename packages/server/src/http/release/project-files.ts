import { z } from '@hono/zod-openapi'
import type { ProjectFiles } from '@towpath/app/release/snapshot.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

const filesMax = 200
const pathMaxLength = 512

/** Files as they travel: path relative to the folder of `towpath.yaml` to bytes in base64. */
export const projectFilesShape = z
  .record(z.string(), z.base64())
  .openapi({ description: 'Path relative to the folder of towpath.yaml, to bytes in base64.' })

/** A name between slashes: no drive, no way up, nothing invisible. */
const segment = /^(?!\.{1,2}$)[^/\\:\p{Cc}\p{Zl}\p{Zp}]{1,255}$/u
const isInside = (path: string): boolean =>
  path.length <= pathMaxLength && path.split('/').every((part) => segment.test(part))

/** The files of a release. Throws FILE_PATH_REFUSED for a path that leads, or could lead, out of the project. */
export function readProjectFiles(sent: z.infer<typeof projectFilesShape>): ProjectFiles {
  const entries = Object.entries(sent)
  if (entries.length > filesMax) throw tooMany(entries.length)
  for (const [path] of entries) if (!isInside(path)) throw refused(path)
  return new Map(entries.map(([path, base64]) => [path, Buffer.from(base64, 'base64')]))
}

const refused = (path: string): TowpathError =>
  new TowpathError({
    code: 'FILE_PATH_REFUSED',
    kind: 'usage',
    message: `The file ${JSON.stringify(path.slice(0, pathMaxLength))} is not a plain path inside the project.`,
    hint: 'Paths are relative to the folder of towpath.yaml, with / between names and no "..". No release was created.',
  })

const tooMany = (count: number): TowpathError =>
  new TowpathError({
    code: 'FILES_TOO_MANY',
    kind: 'usage',
    message: `The release brings ${count} files; ${filesMax} are the most.`,
    hint: 'Only towpath.yaml, compose files and the files they name belong in a release. No release was created.',
  })
