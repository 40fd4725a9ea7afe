/** One entry of an image's history, as its configuration has it: lowest first, also of steps that made no layer. */
export interface HistoryEntry {
  createdBy: string
  /** Made no layer: a setting such as `ENV` or `CMD`. */
  isEmpty: boolean
}

/** What an image is built on, as far as it says. */
export interface BaseImage {
  /** Reference of the base, by the annotations of the image. */
  name: string | null
  /** Digest of the base's manifest, by the same. */
  digest: string | null
  /** How many of the lowest layers are the base's; null where that cannot be told. */
  layers: number | null
}

/** Whether a layer came with the base image or is what was built on it. */
export type LayerPart = 'base' | 'application' | 'unknown'

/**
 * What an image is built on. Annotations (`org.opencontainers.image.base.name` and `.digest`, in the OCI image
 * specification) name it and do not say where it ends. Images that are made to be built on usually end with a default
 * command, and another image repeats their history: the last `CMD` below the last layer is therefore taken for the base's
 * end, as other scanners do. Without one nothing is guessed. Null where the image says nothing at all.
 */
export function baseImageOf(
  history: readonly HistoryEntry[],
  { annotations, layers }: { annotations: ReadonlyMap<string, string>; layers: number },
): BaseImage | null {
  const name = annotations.get('org.opencontainers.image.base.name') ?? null
  const digest = annotations.get('org.opencontainers.image.base.digest') ?? null
  const own = baseLayers(history, layers)
  return name === null && digest === null && own === null ? null : { name, digest, layers: own }
}

function baseLayers(history: readonly HistoryEntry[], layers: number): number | null {
  // A history that tells of other layers than there are says nothing of these.
  if (history.filter(({ isEmpty }) => !isEmpty).length !== layers) return null
  const lastLayer = history.findLastIndex(({ isEmpty }) => !isEmpty)
  const end = history.slice(0, Math.max(0, lastLayer)).findLastIndex(isCommand)
  const below = history.slice(0, end + 1).filter(({ isEmpty }) => !isEmpty).length
  return end < 0 || below === 0 ? null : below
}

/** `CMD`, as BuildKit writes it and as the builder before it did. */
const isCommand = ({ createdBy, isEmpty }: HistoryEntry): boolean =>
  isEmpty && /^(?:\/bin\/sh -c #\(nop\)\s+)?CMD\b/.test(createdBy)

/** `at` counts from 0 at the bottom. */
export function partOfLayer(base: BaseImage | null, at: number): LayerPart {
  const layers = base?.layers ?? null
  if (layers === null) return 'unknown'
  return at < layers ? 'base' : 'application'
}
