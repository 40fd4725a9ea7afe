/** Bounds of one scan. Each is far above any real image; what goes past one is known in part, and told. */
export const scanBounds = {
  /** Entries of one layer; the largest images seen have half a million in all. */
  layerEntries: 1_000_000,
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
