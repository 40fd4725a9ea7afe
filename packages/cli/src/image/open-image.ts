import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { messageOf, TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { LayerName } from '@towpath/domain/inventory/image/image-inventory.ts'
import type { Layer } from '@towpath/domain/inventory/image/layer.ts'
import { NoImage, readManifests } from './image-documents.ts'
import type { ImageManifest } from './image-documents.ts'
import { eachPart } from './image-parts.ts'
import type { ImagePart, PartsTaker } from './image-parts.ts'
import { compressionOf, readLayer } from './read-layer.ts'
import type { Compression, LayerReading } from './read-layer.ts'
import { Spent, scanBounds } from './scan-bounds.ts'
import type { ScanBounds } from './scan-bounds.ts'

/** One image with all its layers read. */
export interface OpenImage extends Omit<ImageManifest, 'layers' | 'diffIds' | 'createdBy'> {
  layers: readonly (Layer & LayerName)[]
}

/** Gives a taker every part of what holds images, once and in turn. */
export type GiveParts = (taker: PartsTaker) => Promise<void>

/**
 * Reads the images of what gives its parts in one pass, each layer once, without writing anything. `label` is what
 * messages call it. Throws IMAGE_UNREADABLE where there is no image or its parts are not what their digests say; a layer
 * that can be read in part has a problem instead.
 */
export async function readImages(
  label: string,
  give: GiveParts,
  bounds: ScanBounds = scanBounds,
): Promise<OpenImage[]> {
  const parts = new Parts(bounds)
  try {
    await give({
      part: (part) => parts.take(part),
      link: (from, to) => parts.link(from, to),
    })
    const manifests = readManifests(parts.documents)
    if (manifests.length === 0) throw new NoImage('it lists no image')
    return manifests.map((manifest) => parts.imageOf(manifest))
  } catch (thrown) {
    throw unreadable(label, thrown)
  }
}

/** The images of an archive or folder. */
export const openImages = (path: string, bounds: ScanBounds = scanBounds): Promise<OpenImage[]> =>
  readImages(path, (taker) => eachPart(path, bounds, taker), bounds)

class Parts {
  readonly documents = new Map<string, string>()
  readonly #layers = new Map<string, LayerReading>()
  readonly #links = new Map<string, string>()
  readonly #bounds: ScanBounds
  readonly #spent: Spent
  #documentBytes = 0

  constructor(bounds: ScanBounds) {
    this.#bounds = bounds
    this.#spent = new Spent(bounds)
  }

  link(place: string, target: string): void {
    this.#links.set(place, target)
  }

  async take({ place, bytes }: ImagePart): Promise<void> {
    const source = bytes[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>
    const first = await beginningOf(source)
    const hash = createHash('sha256')
    const fault: { own: TowpathError | null } = { own: null }
    const whole = Readable.from(hashed(first, { source, hash, fault }), { objectMode: false })
    const compression = compressionOf(first)
    const isDocument = compression === 'none' && isText(first)
    const layer = isDocument ? null : await this.#readLayer(whole, compression)
    if (isDocument) await this.#takeDocument(place, whole)
    // That a registry or engine broke off says nothing of the layer.
    if (fault.own !== null) throw fault.own
    // A layer that goes past a bound is left before its end: the rest still says whether this is what is named.
    for await (const chunk of source) hash.update(chunk)
    const digest = hash.digest('hex')
    const named = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(place)?.[1]
    if (named !== undefined && digest !== named)
      throw new NoImage(`${place} does not have the digest that it is named by: it was altered or cut`)
    if (layer !== null)
      this.#layers.set(place, compression === 'none' ? { ...layer, diffId: `sha256:${digest}` } : layer)
  }

  async #readLayer(bytes: Readable, compression: Compression): Promise<LayerReading> {
    if (this.#layers.size >= this.#bounds.layers)
      throw new NoImage(`it holds more than ${this.#bounds.layers} layers`)
    return readLayer(bytes, { compression, bounds: this.#bounds, spent: this.#spent })
  }

  async #takeDocument(place: string, bytes: Readable): Promise<void> {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of bytes) {
      size += (chunk as Buffer).length
      if (size <= this.#bounds.documentBytes) chunks.push(chunk as Buffer)
    }
    // No manifest is as large. Should one be named by an index it must not be passed over, so its place is kept, empty.
    if (size > this.#bounds.documentBytes) {
      this.documents.set(place, '')
      return
    }
    this.#documentBytes += size
    if (this.#documentBytes > this.#bounds.documentBytesInAll)
      throw new NoImage(`its documents have more than ${this.#bounds.documentBytesInAll} bytes`)
    this.documents.set(place, Buffer.concat(chunks).toString('utf8'))
  }

  imageOf({ layers, diffIds, createdBy, ...image }: ImageManifest): OpenImage {
    return {
      ...image,
      layers: layers.map((place, at) => {
        const layer = this.#layers.get(place) ?? this.#layers.get(this.#links.get(place) ?? place)
        if (layer === undefined)
          throw new NoImage(`its layer ${place.slice(0, 120)} is missing in it, or is no layer`)
        const diffId = diffIds[at] ?? ''
        if (layer.diffId !== null && layer.diffId !== diffId)
          throw new NoImage(
            `its layer ${place.slice(0, 120)} holds something else than its configuration says`,
          )
        return { ...layer, diffId, createdBy: createdBy[at] ?? null }
      }),
    }
  }
}

/** Enough to tell what the bytes are: an archive may hand out its first ones by ones and twos. */
async function beginningOf(source: AsyncIterableIterator<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for (let size = 0; size < 512;) {
    const next = await source.next()
    if (next.done === true) break
    chunks.push(next.value)
    size += next.value.length
  }
  return Buffer.concat(chunks)
}

async function* hashed(
  first: Buffer,
  given: {
    source: AsyncIterableIterator<Buffer>
    hash: ReturnType<typeof createHash>
    fault: { own: TowpathError | null }
  },
): AsyncGenerator<Buffer> {
  const { source, hash, fault } = given
  if (first.length > 0) {
    hash.update(first)
    yield first
  }
  try {
    for (let next = await source.next(); next.done !== true; next = await source.next()) {
      hash.update(next.value)
      yield next.value
    }
  } catch (thrown) {
    if (thrown instanceof TowpathError) fault.own = thrown
    throw thrown
  }
}

/** JSON, or a word such as a version; a tar begins with a name and has zero bytes behind it. */
const isText = (first: Buffer): boolean => !first.subarray(0, 512).includes(0)

function unreadable(path: string, thrown: unknown): TowpathError {
  if (thrown instanceof TowpathError) return thrown
  return new TowpathError({
    code: 'IMAGE_UNREADABLE',
    kind: 'usage',
    message: `${path} cannot be read as an image: ${messageOf(thrown)
      .replaceAll(/\p{Cc}/gu, ' ')
      .slice(0, 300)}.`,
    hint: 'Nothing was judged. It is what docker save writes, an OCI layout as a folder or tar, or the name of an image: docker save IMAGE -o image.tar, then towpath scan image.tar',
    cause: thrown,
  })
}
