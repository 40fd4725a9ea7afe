import { Readable } from 'node:stream'
import { formatImageReference } from '@towpath/domain/release/image-reference.ts'
import { fieldsOf, listOf, textOf } from '@towpath/domain/inventory/lockfile/lockfile.ts'
import type { Fields } from '@towpath/domain/inventory/lockfile/lockfile.ts'
import type { BlobName, Repository, StoredManifest } from '@towpath/registry/repository.ts'
import { INDEX_DEPTH_MAX, NoImage, isAttestation, placeOf } from './image-documents.ts'
import type { PartsTaker } from './image-parts.ts'
import { isPlatform, noPlatform } from './platform.ts'
import type { ScanBounds } from './scan-bounds.ts'

/** Far above any real index, its indexes and images together. */
const MANIFESTS_MAX = 500

export interface RegistryAsked {
  repository: Repository
  /** What its tag or digest names. */
  top: StoredManifest
  /** Only images for this platform, where an index tells of several. */
  wanted: string | undefined
  bounds: ScanBounds
}

/**
 * Gives the parts of an image as an OCI layout would hold them: an index of its own, manifests, configurations, then each
 * layer once, as it streams in. Throws REGISTRY errors, and PLATFORM_NOT_FOUND.
 */
export async function partsOfRegistry(asked: RegistryAsked, taker: PartsTaker): Promise<void> {
  const { repository, top } = asked
  const name = formatImageReference(repository.reference)
  const manifests = [{ digest: top.digest, annotations: { 'org.opencontainers.image.ref.name': name } }]
  await taker.part({ place: 'index.json', bytes: bytesOf(Buffer.from(JSON.stringify({ manifests }))) })
  const walk = new Walk(asked, taker)
  await walk.visit(top, 0)
  if (walk.blobs.size === 0 && asked.wanted !== undefined)
    throw noPlatform(name, asked.wanted, walk.otherPlatforms)
  for (const [place, blob] of walk.blobs)
    if (taker.isKnown?.(place) !== true)
      await taker.part({ place, bytes: Readable.from(repository.blob(blob), { objectMode: false }) })
}

const bytesOf = (bytes: Uint8Array): Readable => Readable.from([bytes], { objectMode: false })

class Walk {
  /** Configurations and layers by their place, each once however many images share it. */
  readonly blobs = new Map<string, BlobName>()
  readonly otherPlatforms: string[] = []
  readonly #asked: RegistryAsked
  readonly #taker: PartsTaker
  readonly #visited = new Set<string>()

  constructor(asked: RegistryAsked, taker: PartsTaker) {
    this.#asked = asked
    this.#taker = taker
  }

  async visit({ digest, bytes }: StoredManifest, depth: number): Promise<void> {
    if (this.#visited.has(digest)) return
    this.#visited.add(digest)
    if (this.#visited.size > MANIFESTS_MAX || depth > INDEX_DEPTH_MAX)
      throw new NoImage(`its index lists more than ${MANIFESTS_MAX} images, or nests too deep`)
    await this.#taker.part({ place: placeOf(digest), bytes: bytesOf(bytes) })
    const document = fieldsOf(parsed(bytes))
    const entries = listOf(document.get('manifests')).map(fieldsOf)
    for (const entry of entries) await this.#visitEntry(entry, depth)
    if (entries.length > 0) return
    for (const value of [document.get('config'), ...listOf(document.get('layers'))])
      this.#addBlob(fieldsOf(value))
  }

  async #visitEntry(entry: Fields, depth: number): Promise<void> {
    const { repository, wanted } = this.#asked
    if (isAttestation(entry)) return
    const platform = platformOf(fieldsOf(entry.get('platform')))
    // What an index says of no platform, its configuration may; that is looked at once it is here.
    if (wanted !== undefined && platform !== '' && !isPlatform(platform, wanted)) {
      this.otherPlatforms.push(platform)
      return
    }
    const digest = textOf(entry.get('digest')) ?? ''
    placeOf(digest)
    const child = await repository.manifest(digest)
    if (child === null) throw new NoImage(`the registry has no ${digest}, which its index names`)
    await this.visit(child, depth + 1)
  }

  #addBlob(entry: Fields): void {
    const [digest, size] = [textOf(entry.get('digest')) ?? '', entry.get('size')]
    const sizeMax = this.#asked.bounds.layerBytes
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0 || size > sizeMax)
      throw new NoImage(
        `its manifest gives ${digest.slice(0, 80) || 'a blob'} no size between 0 and ${sizeMax} bytes`,
      )
    this.blobs.set(placeOf(digest), { digest, size })
  }
}

const platformOf = (platform: Fields): string =>
  ['os', 'architecture', 'variant']
    .map((key) => textOf(platform.get(key)) ?? '')
    .filter((word) => word !== '')
    .join('/')

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    throw new NoImage('its manifest is no JSON')
  }
}
