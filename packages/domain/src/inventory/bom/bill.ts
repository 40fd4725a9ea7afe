import { compareText } from '../../version/order.ts'
import type { ImageComponent } from '../image/image-inventory.ts'
import type { OsRelease } from '../image/os-release.ts'

/** What a bill of materials is made from. The same facts give the same text, byte for byte. */
export interface BillFacts {
  /** Name of the image, for people. */
  name: string
  /** `sha256:` of the image; empty where it has none. */
  digest: string
  /** RFC 3339 in whole seconds: when the image was made, never when the bill was. */
  created: string
  /** A UUID that follows from the digest. */
  uuid: string
  toolVersion: string
  system: OsRelease | null
  components: readonly ImageComponent[]
  /** True where something of the image could not be read. */
  isPartial: boolean
}

/** A package once, with every place that has it. */
export interface BillEntry {
  purl: string
  name: string
  version: string
  origin: { name: string; version: string } | null
  places: readonly { path: string; layer: string }[]
}

/** Entries in the order of their package URLs. */
export function billEntries(components: readonly ImageComponent[]): BillEntry[] {
  return [...Map.groupBy(components, ({ purl }) => purl)]
    .toSorted(([a], [b]) => compareText(a, b))
    .flatMap(([purl, own]) => {
      const [first] = own
      if (first === undefined) return []
      const places = own
        .map(({ file, layer }) => ({ path: file, layer }))
        .toSorted((a, b) => compareText(a.path, b.path))
      return [{ purl, name: first.name, version: first.version, origin: first.origin ?? null, places }]
    })
}
