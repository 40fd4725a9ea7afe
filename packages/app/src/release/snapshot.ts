import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Installation } from '../installation.ts'

/** A release's project files: path relative to the folder of `towpath.yaml` -> bytes. */
export type ProjectFiles = ReadonlyMap<string, Uint8Array>

/** Where a project's config is in its files. */
export const configPath = 'towpath.yaml'

export const snapshotMaxBytes = 8 * 1024 * 1024

/** Stores the files under the SHA-256 of their canonical text; the same files give the same digest. */
export async function storeSnapshot({ store }: Installation, files: ProjectFiles): Promise<string> {
  const entries = [...files].toSorted(([one], [other]) => (one < other ? -1 : 1))
  const text = JSON.stringify(
    Object.fromEntries(entries.map(([path, bytes]) => [path, Buffer.from(bytes).toString('base64')])),
  )
  if (text.length > snapshotMaxBytes)
    throw new TowpathError({
      code: 'SNAPSHOT_TOO_LARGE',
      kind: 'usage',
      message: `The project's files come to ${text.length} bytes; ${snapshotMaxBytes} are the most.`,
      hint: 'Only towpath.yaml, compose files and the files they name belong in a release. No release was created.',
    })
  return await store.putBlob(Buffer.from(text))
}

/** Files of a stored snapshot. */
export async function openSnapshot({ store }: Installation, digest: string): Promise<ProjectFiles> {
  const bytes = await store.getBlob(digest)
  if (bytes === undefined) throw missingInputs(digest)
  const stored = JSON.parse(Buffer.from(bytes).toString()) as Record<string, string>
  return new Map(Object.entries(stored).map(([path, text]) => [path, Buffer.from(text, 'base64')]))
}

/** A file as text, or null where the snapshot does not hold it. */
export const textOf = (files: ProjectFiles, path: string): string | null => {
  const bytes = files.get(path.replace(/^\.\//, ''))
  return bytes === undefined ? null : Buffer.from(bytes).toString('utf8')
}

/** The ledger names an input that its store no longer has: only a damaged database can come to that. */
export const missingInputs = (digest: string): TowpathError =>
  new TowpathError({
    code: 'SNAPSHOT_MISSING',
    kind: 'failed',
    message: `The ledger's store holds nothing under ${digest}.`,
    hint: 'Restore the database from a backup, then run: towpath ledger verify. Nothing was changed.',
  })
