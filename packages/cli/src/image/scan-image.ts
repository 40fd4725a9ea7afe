import { resolve } from 'node:path'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { imageInventory } from '@towpath/domain/inventory/image/image-inventory.ts'
import type { ImageComponent, ImageInventory } from '@towpath/domain/inventory/image/image-inventory.ts'
import type { Inventory } from '@towpath/domain/inventory/component.ts'
import type { Shell } from '../terminal/shell.ts'
import { openImages } from './open-image.ts'
import type { OpenImage } from './open-image.ts'

/** One image that was read, with what it ships. */
export interface ScannedImage extends ImageInventory {
  /** What messages call it: the path as given, and the platform where there are several. */
  label: string
  name: string
  platform: string
  digest: string
  /** RFC 3339 in whole seconds; null where the image does not say. */
  created: string | null
}

/** Reads every image at a path, or those of one platform, each layer once. Throws IMAGE_UNREADABLE, PLATFORM_NOT_FOUND. */
export async function scanImages(shell: Shell, path: string, wanted?: string): Promise<ScannedImage[]> {
  const all = await openImages(resolve(shell.folder, path))
  const images = all.filter(({ platform }) => wanted === undefined || platform === wanted)
  if (images.length === 0) throw noPlatform(path, { wanted, all })
  return images.map((image) => {
    const label =
      images.length === 1 ? path : `${path} (${[image.name, image.platform].filter(Boolean).join(' ')})`
    const { name, platform, digest, created, layers } = image
    return {
      label,
      name,
      platform,
      digest,
      created,
      ...imageInventory({ image: label, layers, now: shell.now() }),
    }
  })
}

export const inventoriesOf = (images: readonly ScannedImage[]): Inventory[] =>
  images.flatMap(({ inventories }) => inventories)

/** The inventory as scripts read it. */
export const inventoryDocument = (images: readonly ScannedImage[]): object => ({
  images: images.map(
    ({ label: _label, inventories: _inventories, components: _components, ...image }) => image,
  ),
  components: images.flatMap(({ components, digest }) =>
    components.map((own) => componentDocument(own, digest)),
  ),
})

const componentDocument = (
  { purl, layer, file, presence, name, version, ecosystem, source, architecture, origin }: ImageComponent,
  image: string,
): object => ({
  purl,
  layer,
  path: file,
  presence,
  name,
  version,
  ecosystem,
  source,
  architecture,
  origin: origin ?? null,
  image,
})

const noPlatform = (
  path: string,
  { wanted, all }: { wanted: string | undefined; all: readonly OpenImage[] },
): TowpathError =>
  new TowpathError({
    code: 'PLATFORM_NOT_FOUND',
    kind: 'usage',
    message: `${path} holds no image for ${wanted ?? 'any platform'}; it has ${all.map(({ platform }) => platform || 'one without a platform').join(', ')}.`,
    hint: 'Nothing was judged. Name one of these, or leave --platform out for all of them.',
  })
