import { baseImageOf } from '@towpath/domain/inventory/image/base-image.ts'
import type { BaseImage } from '@towpath/domain/inventory/image/base-image.ts'
import { fieldsOf, listOf, textOf } from '@towpath/domain/inventory/lockfile/lockfile.ts'
import type { Fields } from '@towpath/domain/inventory/lockfile/lockfile.ts'

/** JSON documents of an image by the place they have in it. */
export type Documents = ReadonlyMap<string, string>

/** One image as its manifest lists it. */
export interface ImageManifest {
  /** Name and tag, or platform, for people; empty where nothing says. */
  name: string
  /** `linux/amd64`; empty where nothing says. */
  platform: string
  /** Places of its layers, lowest first. */
  layers: readonly string[]
  /** `sha256:` of each uncompressed layer, by the configuration. */
  diffIds: readonly string[]
  /** The command of each layer, where the history tells. */
  createdBy: readonly (string | null)[]
  /** SHA-256 of the configuration, as Docker names images, or of the manifest. */
  digest: string
  /** RFC 3339 in whole seconds; null where the configuration does not say. */
  created: string | null
  base: BaseImage | null
}

/** Why no image can be read, in words. */
export class NoImage extends Error {}

export const INDEX_DEPTH_MAX = 4

/** The images of a `docker save` archive (`manifest.json`) or of an OCI layout (`index.json`). */
export function readManifests(documents: Documents): ImageManifest[] {
  // An archive of a recent Docker is both; the OCI layout says more.
  if (documents.has('index.json')) return imagesOfIndex('index.json', { documents, depth: 0, name: '' })
  if (documents.has('manifest.json')) return imagesOfDocker(documents)
  throw new NoImage('it holds neither index.json (OCI layout) nor manifest.json (docker save)')
}

function imagesOfDocker(documents: Documents): ImageManifest[] {
  return listOf(jsonAt('manifest.json', documents)).map((value) => {
    const entry = fieldsOf(value)
    const place = textOf(entry.get('Config')) ?? ''
    const hex = /([0-9a-f]{64})(?:\.json)?$/.exec(place)?.[1]
    return imageOf(fieldsOf(jsonAt(place, documents)), {
      name: textOf(listOf(entry.get('RepoTags'))[0]) ?? '',
      digest: hex === undefined ? '' : `sha256:${hex}`,
      layers: listOf(entry.get('Layers')).map((layer) => textOf(layer) ?? ''),
      annotations: fieldsOf(null),
    })
  })
}

function imagesOfIndex(
  place: string,
  { documents, depth, name }: { documents: Documents; depth: number; name: string },
): ImageManifest[] {
  if (depth > INDEX_DEPTH_MAX) throw new NoImage(`its indexes are nested more than ${INDEX_DEPTH_MAX} deep`)
  return listOf(fieldsOf(jsonAt(place, documents)).get('manifests')).flatMap((value) => {
    const entry = fieldsOf(value)
    const annotations = fieldsOf(entry.get('annotations'))
    if (isAttestation(entry)) return []
    const digest = textOf(entry.get('digest')) ?? ''
    const own =
      textOf(annotations.get('io.containerd.image.name')) ??
      textOf(annotations.get('org.opencontainers.image.ref.name')) ??
      name
    const blob = placeOf(digest)
    // An index of many platforms may come with the blobs of one: the others are not here to be read.
    if (depth > 0 && !documents.has(blob)) return []
    const document = fieldsOf(jsonAt(blob, documents))
    if (document.has('manifests')) return imagesOfIndex(blob, { documents, depth: depth + 1, name: own })
    const config = placeOf(textOf(fieldsOf(document.get('config')).get('digest')) ?? '')
    return [
      imageOf(fieldsOf(jsonAt(config, documents)), {
        name: own,
        digest,
        layers: listOf(document.get('layers')).map((layer) =>
          placeOf(textOf(fieldsOf(layer).get('digest')) ?? ''),
        ),
        annotations: fieldsOf(document.get('annotations')),
      }),
    ]
  })
}

/** Attestations stand beside images in an index; they are no image. */
export const isAttestation = (entry: Fields): boolean =>
  fieldsOf(entry.get('annotations')).has('vnd.docker.reference.type')

function imageOf(
  config: Fields,
  { annotations, ...given }: { name: string; digest: string; layers: readonly string[]; annotations: Fields },
): ImageManifest {
  const rootfs = fieldsOf(config.get('rootfs'))
  const diffIds = listOf(rootfs.get('diff_ids')).flatMap((id) => textOf(id) ?? [])
  if (diffIds.length !== given.layers.length)
    throw new NoImage(
      `its manifest lists ${given.layers.length} layers and its configuration ${diffIds.length}, so it is no image of ours to read`,
    )
  const history = listOf(config.get('history'))
    .map(fieldsOf)
    .map((entry) => ({
      createdBy: textOf(entry.get('created_by'))?.slice(0, 500) ?? null,
      isEmpty: entry.get('empty_layer') === true,
    }))
  const made = history.filter(({ isEmpty }) => !isEmpty)
  const words = [textOf(config.get('os')), textOf(config.get('architecture')), textOf(config.get('variant'))]
  return {
    ...given,
    platform: words.filter((word) => word !== null && word !== '').join('/'),
    created: wholeSeconds(textOf(config.get('created')) ?? ''),
    diffIds,
    createdBy: diffIds.map((_, at) => made[at]?.createdBy ?? null),
    base: baseImageOf(
      history.map(({ createdBy, isEmpty }) => ({ createdBy: createdBy ?? '', isEmpty })),
      // Some builders write what belongs to the manifest as labels of the configuration.
      {
        annotations: textsOf([...fieldsOf(fieldsOf(config.get('config')).get('Labels')), ...annotations]),
        layers: diffIds.length,
      },
    ),
  }
}

const textsOf = (entries: readonly (readonly [string, unknown])[]): Map<string, string> =>
  new Map(
    entries.flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value.slice(0, 500)] as const] : [],
    ),
  )

const wholeSeconds = (text: string): string | null => {
  const seconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?=(?:\.\d+)?Z$)/.exec(text)?.[0]
  return seconds === undefined || Number.isNaN(Date.parse(`${seconds}Z`)) ? null : `${seconds}Z`
}

/** Where an OCI layout keeps a blob. */
export function placeOf(digest: string): string {
  const [, algorithm, hex] = /^(sha256|sha512):([0-9a-f]+)$/.exec(digest) ?? []
  if (algorithm === undefined || hex === undefined)
    throw new NoImage(
      `its manifest names a blob by ${JSON.stringify(digest.slice(0, 80))}, which is no digest`,
    )
  return `blobs/${algorithm}/${hex}`
}

function jsonAt(place: string, documents: Documents): unknown {
  const text = documents.get(place)
  if (text === undefined) throw new NoImage(`${place.slice(0, 120) || 'its configuration'} is missing in it`)
  if (text === '')
    throw new NoImage(`${place.slice(0, 120)} is empty, or far too large for what it should be`)
  try {
    return JSON.parse(text)
  } catch {
    throw new NoImage(`${place.slice(0, 120)} is no JSON`)
  }
}
