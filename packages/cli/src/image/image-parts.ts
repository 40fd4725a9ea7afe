import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'
import type { Extract, ExtractEvents } from 'tar-stream'
import { entryPath, linkTarget } from '@towpath/domain/inventory/image/entry-path.ts'
import { hasContent, hasReadableSize } from '../archive/readable-size.ts'
import { compressionOf } from './read-layer.ts'
import type { Compression } from './read-layer.ts'
import { NoImage } from './image-documents.ts'
import type { ScanBounds } from './scan-bounds.ts'

/** One file of what holds an image: its place there, and its bytes, to be read before the next one comes. */
export interface ImagePart {
  place: string
  bytes: Readable
}

export interface PartsTaker {
  part: (part: ImagePart) => Promise<void>
  /** A place that is another name of a place. */
  link: (place: string, target: string) => void
  /** Whether the part of a place named by its digest need not be given, since what it holds is known. */
  isKnown?: (place: string) => boolean
}

/** Gives every file of an archive (plain, gzip or zstd) or of a folder, once and in turn. */
export async function eachPart(path: string, bounds: ScanBounds, taker: PartsTaker): Promise<void> {
  if ((await stat(path)).isDirectory()) await partsOfFolder(path, bounds, taker)
  else await partsOfArchive(path, bounds, taker)
}

/** An OCI layout, or what `docker save` writes once unpacked: never more than two folders deep, and links are not followed. */
async function partsOfFolder(path: string, bounds: ScanBounds, taker: PartsTaker): Promise<void> {
  const top = await readdir(path)
  if (!top.includes('index.json') && !top.includes('manifest.json'))
    throw new NoImage('it is a folder with neither index.json (OCI layout) nor manifest.json (docker save)')
  for (const place of await placesIn(path, bounds.archiveEntries))
    await taker.part({
      place,
      bytes: createReadStream(join(path, place), { highWaterMark: 256 * 1024 }),
    })
}

/** Documents at the top, and all files of `blobs` and of folders named by a digest. */
async function placesIn(path: string, countMax: number): Promise<string[]> {
  const places: string[] = []
  const folders = ['']
  let count = 0
  for (const folder of folders) {
    const entries = await readdir(join(path, folder), { withFileTypes: true })
    count += entries.length
    if (count > countMax) throw new NoImage(`it holds more than ${countMax} files, so it is no image`)
    const named = entries.map((entry) => ({
      entry,
      place: folder === '' ? entry.name : `${folder}/${entry.name}`,
    }))
    folders.push(
      ...named.flatMap(({ entry, place }) =>
        entry.isDirectory() && /^(?:blobs(?:\/[^/]+)?|[0-9a-f]{64})$/.test(place) ? [place] : [],
      ),
    )
    places.push(
      ...named.flatMap(({ entry, place }) =>
        entry.isFile() && (folder !== '' || place.endsWith('.json')) ? [place] : [],
      ),
    )
  }
  return places
}

async function partsOfArchive(path: string, bounds: ScanBounds, taker: PartsTaker): Promise<void> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 })
  await partsOfTar(file, { compression: compressionOf(await firstBytes(path)), bounds }, taker)
}

/** Gives every file of a tar that comes as a stream, once and in turn. */
export async function partsOfTar(
  bytes: Readable,
  { compression, bounds }: { compression: Compression; bounds: ScanBounds },
  taker: PartsTaker,
): Promise<void> {
  const { createGunzip, createZstdDecompress } = await import('node:zlib')
  const tar = extract()
  const entries = takeEntries(tar, bounds, taker)
  const flow =
    compression === 'none'
      ? pipeline(bytes, tar)
      : pipeline(bytes, compression === 'gzip' ? createGunzip() : createZstdDecompress(), tar)
  // A fault of one ends the other: what we say of the archive comes first, then what is wrong with its bytes.
  const [own, read] = await Promise.allSettled([entries, flow])
  if (own.status === 'rejected' && own.reason instanceof NoImage) throw own.reason
  if (read.status === 'rejected') throw read.reason
  if (own.status === 'rejected') throw own.reason
}

async function takeEntries(tar: Extract, bounds: ScanBounds, taker: PartsTaker): Promise<void> {
  let count = 0
  for await (const entry of tar) {
    count += 1
    if (count > bounds.archiveEntries)
      throw new NoImage(`it holds more than ${bounds.archiveEntries} entries, so it is no image`)
    await takeEntry(entry, taker)
  }
}

async function takeEntry(entry: ExtractEvents['entry'][1], taker: PartsTaker): Promise<void> {
  if (!hasReadableSize(entry.header)) throw new NoImage('it holds an entry that does not say how large it is')
  const { name, type, linkname } = entry.header
  const place = entryPath(name)
  const target = place === null ? null : linkTarget(place, linkname ?? '', type === 'link')
  if (place !== null && target !== null && (type === 'symlink' || type === 'link')) taker.link(place, target)
  if (place !== null && type === 'file')
    await taker.part({ place, bytes: Readable.from(entry, { objectMode: false }) })
  else if (hasContent(entry.header)) for await (const _chunk of entry);
}

async function firstBytes(path: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of createReadStream(path, { end: 3 })) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
