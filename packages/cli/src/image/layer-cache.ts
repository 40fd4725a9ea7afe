import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { LayerFile } from '@towpath/domain/inventory/image/layer.ts'
import { KeptFiles } from '../cache/kept-files.ts'
import { version } from '../program/version.ts'
import type { Shell } from '../terminal/shell.ts'
import type { LayerReading } from './read-layer.ts'
import { scanBounds } from './scan-bounds.ts'

/** To be raised whenever the same layer would be read into something else: kept ones then count for nothing. */
const READING = `${version}/2 ${JSON.stringify(scanBounds)}`

const MEGABYTE = 1024 * 1024

/** The bases of many images, and some releases of each of them. */
const bounds = { folder: 'layers', countMax: 1000, bytesMax: 512 * MEGABYTE }

/** Bytes of one kept layer, inflated: paths and packages, far above any real layer. */
const INFLATED_MAX = 512 * MEGABYTE

interface KeptLayer extends Pick<LayerReading, 'diffId' | 'problems' | 'size'> {
  reading: string
  /** Digest of the blob, so that a file under another name counts for nothing. */
  blob: string
  files: (readonly [string, LayerFile])[]
  occupied: string[]
  whiteouts: string[]
  opaque: string[]
  links: (readonly [string, string])[]
}

/**
 * What was read of layers, by the SHA-256 of their blobs in hex: a layer that another image has, or another release of the
 * same image, is not fetched and not inflated again. Only layers that were read to their end are kept.
 */
export class LayerCache {
  readonly #files: KeptFiles

  constructor(shell: Pick<Shell, 'env' | 'now'>) {
    this.#files = new KeptFiles(shell, bounds)
  }

  read(blob: string): LayerReading | null {
    const bytes = this.#files.read(blob)
    if (bytes === null) return null
    try {
      const text = zstdDecompressSync(bytes, { maxOutputLength: INFLATED_MAX }).toString('utf8')
      const kept = JSON.parse(text) as KeptLayer
      return kept.reading === READING && kept.blob === blob ? layerOf(kept) : null
    } catch {
      return null
    }
  }

  keep(blob: string, layer: LayerReading): void {
    if (!layer.isWhole) return
    const { diffId, problems, size, files, occupied, whiteouts, opaque, links } = layer
    const kept: KeptLayer = {
      reading: READING,
      blob,
      diffId,
      problems,
      size,
      files: [...files],
      occupied: [...occupied],
      whiteouts: [...whiteouts],
      opaque: [...opaque],
      links: [...links],
    }
    this.#files.keep(blob, zstdCompressSync(JSON.stringify(kept)))
  }
}

const layerOf = ({
  diffId,
  problems,
  size,
  files,
  occupied,
  whiteouts,
  opaque,
  links,
}: KeptLayer): LayerReading => ({
  diffId,
  problems,
  size,
  isWhole: true,
  files: new Map(files),
  occupied: new Set(occupied),
  whiteouts: new Set(whiteouts),
  opaque: new Set(opaque),
  links: new Map(links),
})
