import type { Readable } from 'node:stream'
import { messageOf, TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { partOfLayer } from '@towpath/domain/inventory/image/base-image.ts'
import type { LayerName } from '@towpath/domain/inventory/image/image-inventory.ts'
import type { Layer } from '@towpath/domain/inventory/image/layer.ts'
import { NoImage, readManifests } from './image-documents.ts'
import type { ImageManifest } from './image-documents.ts'
import { eachPart } from './image-parts.ts'
import type { ImagePart, PartsTaker } from './image-parts.ts'
import type { LayerCache } from './layer-cache.ts'
import { PartBytes } from './part-bytes.ts'
import { readLayer } from './read-layer.ts'
import type { Compression, LayerReading } from './read-layer.ts'
import { Spent, scanBounds } from './scan-bounds.ts'
import type { ScanBounds } from './scan-bounds.ts'

/** One image with all its layers read. */
export interface OpenImage extends Omit<ImageManifest, 'layers' | 'diffIds' | 'createdBy'> {
  layers: readonly (Layer & LayerName)[]
}

/** Gives a taker every part of what holds images, once and in turn. */
export type GiveParts = (taker: PartsTaker) => Promise<void>

export interface ReadingOptions {
  bounds?: ScanBounds
  /** Of layers that were read before; it holds what was read within the usual bounds. */
  cache?: LayerCache
}

/**
 * Reads the images of what gives its parts in one pass, each layer once, without writing anything. `label` is what
 * messages call it. Throws IMAGE_UNREADABLE where there is no image or its parts are not what their digests say; a layer
 * that can be read in part has a problem instead.
 */
export async function readImages(
  label: string,
  give: GiveParts,
  given: ReadingOptions = {},
): Promise<OpenImage[]> {
  const parts = new Parts(given)
  try {
    await give({
      part: (part) => parts.take(part),
      link: (from, to) => parts.link(from, to),
      isKnown: (place) => parts.isKnown(place),
    })
    const manifests = readManifests(parts.documents)
    if (manifests.length === 0) throw new NoImage('it lists no image')
    return manifests.map((manifest) => parts.imageOf(manifest))
  } catch (thrown) {
    throw unreadable(label, thrown)
  }
}

/** The images of an archive or folder. */
export const openImages = (path: string, given: ReadingOptions = {}): Promise<OpenImage[]> =>
  readImages(path, (taker) => eachPart(path, given.bounds ?? scanBounds, taker), given)

class Parts {
  readonly documents = new Map<string, string>()
  readonly #layers = new Map<string, LayerReading>()
  readonly #links = new Map<string, string>()
  readonly #bounds: ScanBounds
  readonly #spent: Spent
  readonly #cache: LayerCache | null
  #documentBytes = 0

  constructor({ bounds = scanBounds, cache }: ReadingOptions) {
    this.#bounds = bounds
    this.#cache = cache ?? null
    this.#spent = new Spent(bounds)
  }

  /** Whether a layer of that digest was read before; it then counts as given. */
  isKnown(place: string): boolean {
    const blob = digestOf(place)
    if (blob !== null && this.#layers.has(place)) return true
    const kept = blob === null ? null : (this.#cache?.read(blob) ?? null)
    if (kept === null) return false
    this.#countLayer()
    try {
      this.#spent.add(kept.size)
    } catch {
      // It goes past what all layers may have together, which reading it tells.
      return false
    }
    this.#layers.set(place, kept)
    return true
  }

  #countLayer(): void {
    if (this.#layers.size >= this.#bounds.layers)
      throw new NoImage(`it holds more than ${this.#bounds.layers} layers`)
  }

  link(place: string, target: string): void {
    this.#links.set(place, target)
  }

  async take({ place, bytes }: ImagePart): Promise<void> {
    const part = await PartBytes.open(bytes)
    const layer = await this.#read(place, part)
    const [named, digest] = [digestOf(place), await part.digest()]
    if (named !== null && digest !== named)
      throw new NoImage(`${place} does not have the digest that it is named by: it was altered or cut`)
    if (layer === null) return
    const read = part.compression === 'none' ? { ...layer, diffId: `sha256:${digest}` } : layer
    this.#layers.set(place, read)
    if (named !== null) this.#cache?.keep(named, read)
  }

  /** Null where it is no layer, or one that is known. */
  async #read(place: string, { isDocument, whole, compression }: PartBytes): Promise<LayerReading | null> {
    if (isDocument) await this.#takeDocument(place, whole)
    return isDocument || this.isKnown(place) ? null : this.#readLayer(whole, compression)
  }

  async #readLayer(bytes: Readable, compression: Compression): Promise<LayerReading> {
    this.#countLayer()
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
        return { ...layer, diffId, createdBy: createdBy[at] ?? null, part: partOfLayer(image.base, at) }
      }),
    }
  }
}

const digestOf = (place: string): string | null => /^blobs\/sha256\/([0-9a-f]{64})$/.exec(place)?.[1] ?? null

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
