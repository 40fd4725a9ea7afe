import type { BaseImage } from '@towpath/domain/inventory/image/base-image.ts'
import { imageInventory } from '@towpath/domain/inventory/image/image-inventory.ts'
import type { ImageComponent, ImageInventory } from '@towpath/domain/inventory/image/image-inventory.ts'
import type { Inventory } from '@towpath/domain/inventory/component.ts'
import type { Shell } from '../terminal/shell.ts'
import { findImages } from './find-image.ts'
import type { ImageQuestion, ImageSource } from './find-image.ts'
import { isPlatform, noPlatform } from './platform.ts'

/** One image that was read, with what it ships. */
export interface ScannedImage extends ImageInventory {
  /** What messages call it: the path as given, and the platform where there are several. */
  label: string
  name: string
  platform: string
  digest: string
  /** RFC 3339 in whole seconds; null where the image does not say. */
  created: string | null
  base: BaseImage | null
  source: ImageSource
  /** Where it was found, in words; empty for a file. */
  place: string
}

/**
 * Reads every image that an argument names, or those of one platform, each layer once. Throws IMAGE_UNREADABLE,
 * IMAGE_NOT_FOUND, PLATFORM_NOT_FOUND, and what a registry or engine refuses.
 */
export async function scanImages(
  shell: Shell,
  path: string,
  question: ImageQuestion = {},
): Promise<ScannedImage[]> {
  const { images: all, source, place } = await findImages(shell, path, question)
  const wanted = question.platform
  const images = all.filter(({ platform }) => wanted === undefined || isPlatform(platform, wanted))
  if (wanted !== undefined && images.length === 0)
    throw noPlatform(
      path,
      wanted,
      all.map(({ platform }) => platform),
    )
  return images.map((image) => {
    const label =
      images.length === 1 ? path : `${path} (${[image.name, image.platform].filter(Boolean).join(' ')})`
    const { name, platform, digest, created, base, layers } = image
    return {
      label,
      name,
      platform,
      digest,
      created,
      base,
      source,
      place,
      ...imageInventory({ image: label, platform, layers, now: shell.now() }),
    }
  })
}

export const inventoriesOf = (images: readonly ScannedImage[]): Inventory[] =>
  images.flatMap(({ inventories }) => inventories)

/** The inventory as scripts read it. */
export const inventoryDocument = (images: readonly ScannedImage[]): object => ({
  images: images.map(
    ({ label: _label, place: _place, inventories: _inventories, components: _components, ...image }) => image,
  ),
  components: images.flatMap(({ components, digest }) =>
    components.map((own) => componentDocument(own, digest)),
  ),
})

const componentDocument = (
  {
    purl,
    layer,
    part,
    file,
    presence,
    name,
    version,
    ecosystem,
    source,
    architecture,
    origin,
  }: ImageComponent,
  image: string,
): object => ({
  purl,
  layer,
  part,
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
