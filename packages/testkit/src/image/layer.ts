import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pack, type Pack } from 'tar-stream'

/** One entry of an image's file system: bytes we hold, a file of this machine, a folder, or a link. Paths are absolute. */
export type LayerFile =
  | { path: string; content: string | Buffer; mode?: number }
  | { path: string; source: string; mode?: number }
  | { path: string; folder: true; mode?: number }
  | { path: string; linkTo: string }

/** SHA-256 over paths, modes and bytes, in the order given: equal layers, equal digest, whatever the clock says. */
export const layerDigest = async (files: readonly LayerFile[]): Promise<string> => {
  const hash = createHash('sha256')
  for (const file of files) {
    hash.update(JSON.stringify([file.path, modeOf(file), 'linkTo' in file ? file.linkTo : null]))
    if ('content' in file) hash.update(file.content)
    if ('source' in file)
      for await (const chunk of createReadStream(file.source)) hash.update(chunk as Buffer)
  }
  return hash.digest('hex')
}

/** The layer as a tar stream. Times are zero and owner is root, so that equal layers are equal bytes. */
export const layerTar = (files: readonly LayerFile[]): Readable => {
  const tar = pack()
  const stream = new PassThrough()
  pipeline(tar, stream).catch((fault: Error) => stream.destroy(fault))
  writeEntries(tar, files).then(
    () => tar.finalize(),
    (fault: Error) => tar.destroy(fault),
  )
  return stream
}

const writeEntries = async (tar: Pack, files: readonly LayerFile[]): Promise<void> => {
  for (const file of files) await writeEntry(tar, file)
}

const writeEntry = async (tar: Pack, file: LayerFile): Promise<void> => {
  const header = { name: file.path.replace(/^\//, ''), mode: modeOf(file), mtime: new Date(0) }
  if ('source' in file) {
    const { size } = await stat(file.source)
    await pipeline(createReadStream(file.source), tar.entry({ ...header, size }))
    return
  }
  await new Promise<void>((resolve, reject) => {
    const done = (fault?: Error | null) => (fault ? reject(fault) : resolve())
    if ('content' in file) tar.entry(header, file.content, done)
    else if ('folder' in file) tar.entry({ ...header, type: 'directory' }, done)
    else tar.entry({ ...header, type: 'symlink', linkname: file.linkTo }, done)
  })
}

const modeOf = (file: LayerFile): number =>
  ('mode' in file && file.mode) || ('folder' in file ? 0o755 : 0o644)
