/** Bounds of one scan. Each is far above any real image; what goes past one is known in part, and told. */
export const scanBounds = {
  /** Entries of one layer; the largest images seen have half a million in all. */
  layerEntries: 1_000_000,
  /** Entries of all layers together, and characters of their names. */
  entriesInAll: 3_000_000,
  nameCharactersInAll: 300_000_000,
  /** Bytes of one layer, inflated. */
  layerBytes: 64 * 1024 ** 3,
  /** A layer that inflates to more than this many times its size is a bomb, once it is past `bombBytes`. */
  inflation: 200,
  bombBytes: 256 * 1024 ** 2,
  /** Packages in all layers together. */
  packages: 500_000,
  /** Bytes of a manifest, index or configuration. */
  documentBytes: 8 * 1024 ** 2,
  /** Bytes of all of these together. */
  documentBytesInAll: 64 * 1024 ** 2,
  /** Entries of the archive, or files of the folder, that holds the image. */
  archiveEntries: 100_000,
  layers: 1000,
}

export type ScanBounds = typeof scanBounds

/** What one layer takes of the bounds that hold for all of them together. */
export interface LayerSize {
  entries: number
  nameCharacters: number
  packages: number
}

/** What the layers of one scan have used up together. */
export class Spent {
  #entries = 0
  #nameCharacters = 0
  #packages = 0
  readonly #bounds: ScanBounds

  constructor(bounds: ScanBounds) {
    this.#bounds = bounds
  }

  /** Throws what a layer is that goes past a bound. */
  add({ entries, nameCharacters, packages }: LayerSize): void {
    this.#entries += entries
    this.#nameCharacters += nameCharacters
    this.#packages += packages
    const { entriesInAll, nameCharactersInAll, packages: packagesMax } = this.#bounds
    if (this.#entries > entriesInAll)
      throw new RangeError(`is one of layers with more than ${entriesInAll} entries together`)
    if (this.#nameCharacters > nameCharactersInAll)
      throw new RangeError(
        `is one of layers with names of more than ${nameCharactersInAll} characters together`,
      )
    if (this.#packages > packagesMax)
      throw new RangeError(`is one of layers that name more than ${packagesMax} packages together`)
  }
}
