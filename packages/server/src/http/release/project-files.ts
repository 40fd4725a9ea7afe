import { z } from '@hono/zod-openapi'
import type { ProjectFiles } from '@towpath/app/release/snapshot.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

const filesMax = 200

/** Files as they travel: path relative to the folder of `towpath.yaml`, bytes in base64. */
export const projectFilesShape = z
  .array(z.strictObject({ path: z.string().min(1).max(512), base64: z.base64() }))
  .max(filesMax)

/** One or more names with single slashes between them; no drive, no way up, nothing invisible. */
const segment = /^(?!\.{1,2}$)[^/\\:\p{Cc}\p{Zl}\p{Zp}]{1,255}$/u
const isInside = (path: string): boolean => path.split('/').every((part) => segment.test(part))

/** The files of a release. Throws FILE_PATH_REFUSED for a path that leads, or could lead, out of the project. */
export function readProjectFiles(sent: z.infer<typeof projectFilesShape>): ProjectFiles {
  const files = new Map<string, Uint8Array>()
  for (const { path, base64 } of sent) {
    if (!isInside(path)) throw refused(path, 'is not a plain path inside the project')
    if (files.has(path)) throw refused(path, 'comes twice')
    files.set(path, Buffer.from(base64, 'base64'))
  }
  return files
}

const refused = (path: string, why: string): TowpathError =>
  new TowpathError({
    code: 'FILE_PATH_REFUSED',
    kind: 'usage',
    message: `The file ${JSON.stringify(path)} ${why}.`,
    hint: 'Paths are relative to the folder of towpath.yaml, with / between names and no "..". No release was created.',
    detail: { path },
  })
