import type { Header } from 'tar-stream'
import { entryPath, linkTarget, markerOf } from '@towpath/domain/inventory/image/entry-path.ts'
import { kindOfFile, unreadKindOf } from '@towpath/domain/inventory/image/file-kind.ts'
import type { FileKind } from '@towpath/domain/inventory/image/file-kind.ts'
import type { FileReading } from '@towpath/domain/inventory/image/image-file.ts'
import { reading } from '@towpath/domain/inventory/image/image-file.ts'
import type { Layer, LayerFile } from '@towpath/domain/inventory/image/layer.ts'
import { hasContent, hasReadableSize } from '../archive/readable-size.ts'
import { ProgramSpace } from './program-parts.ts'
import { readProgram } from './read-program.ts'
import type { LayerSize, ScanBounds, Spent } from './scan-bounds.ts'

/** Problems of one layer that are told one by one. */
const TOLD_MAX = 20

type Content = AsyncIterable<Buffer>

/** What is known of a layer while its entries go by, in their order. */
export class LayerContent {
  readonly #files = new Map<string, LayerFile>()
  readonly #occupied = new Set<string>()
  readonly #whiteouts = new Set<string>()
  readonly #opaque = new Set<string>()
  readonly #links = new Map<string, string>()
  readonly #problems = new Map<string, number>()
  readonly #bounds: ScanBounds
  readonly #spent: Spent
  readonly #space = new ProgramSpace()
  #entries = 0
  #nameCharacters = 0
  #packages = 0

  constructor(bounds: ScanBounds, spent: Spent) {
    this.#bounds = bounds
    this.#spent = spent
  }

  layer(): Layer {
    const told = [...this.#problems].map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`))
    const left = told.length - TOLD_MAX
    return {
      files: this.#files,
      occupied: this.#occupied,
      whiteouts: this.#whiteouts,
      opaque: this.#opaque,
      links: this.#links,
      problems: left > 0 ? [...told.slice(0, TOLD_MAX), `and ${left} problems more`] : told,
    }
  }

  size(): LayerSize {
    return { entries: this.#entries, nameCharacters: this.#nameCharacters, packages: this.#packages }
  }

  /** Many entries may have one problem: it is told once, with how many. */
  problem(text: string): void {
    if (this.#problems.size < 1000 || this.#problems.has(text))
      this.#problems.set(text, (this.#problems.get(text) ?? 0) + 1)
  }

  /** Takes one entry and reads its content to the end, which the archive needs to go on. */
  async take(header: Header, content: Content): Promise<void> {
    this.#entries += 1
    if (this.#entries > this.#bounds.layerEntries)
      throw new RangeError(`holds more than ${this.#bounds.layerEntries} entries`)
    if (!hasReadableSize(header)) throw new RangeError('holds an entry that does not say how large it is')
    this.#nameCharacters += header.name.length
    this.#spent.add({ entries: 1, nameCharacters: header.name.length, packages: 0 })
    const path = entryPath(header.name)
    if (path === null) this.problem('holds entries whose names lead outside of the image')
    else if (path !== '' && header.type !== 'directory' && !this.#isMarker(path)) {
      this.#occupied.add(path)
      this.#files.delete(path)
      this.#links.delete(path)
      if (await this.#takeEntry(path, header, content)) return
    }
    if (hasContent(header)) await drained(content)
  }

  #isMarker(path: string): boolean {
    const marker = markerOf(path)
    if (marker?.what === 'opaque') this.#opaque.add(marker.folder)
    if (marker?.what === 'whiteout') this.#whiteouts.add(marker.path)
    return marker !== null
  }

  /** True where the content was read. */
  async #takeEntry(path: string, header: Header, content: Content): Promise<boolean> {
    switch (header.type) {
      case 'link':
      case 'symlink':
        this.#takeLink(path, header)
        return false
      case 'file':
      case 'contiguous-file':
        return this.#takeFile(path, header, content)
      case 'character-device':
        // OverlayFS's own form of a whiteout; an archive should not have it, but some tools write it.
        if (header.devmajor === 0 && header.devminor === 0) this.#whiteouts.add(path)
        return false
      case 'block-device':
      case 'fifo':
        return false
      default:
        this.problem('holds entries of a kind that is not known, such as old sparse files')
        return false
    }
  }

  #takeLink(path: string, { type, linkname }: Header): void {
    if (kindOfFile(path) === null) return
    const target = linkTarget(path, linkname ?? '', type === 'link')
    if (target === null) this.problem('holds links that lead outside of the image')
    else this.#links.set(path, target)
  }

  async #takeFile(path: string, header: Header, content: Content): Promise<boolean> {
    const kind = kindOfFile(path)
    const size = header.size ?? 0
    const unread = unreadKindOf(path, size)
    if (unread !== null) this.#keep(path, reading({ problem: `is ${unread}, which is not read` }))
    if (kind === null) {
      const program = await readProgram({ size, mayRun: mayRun(header) }, content, this.#space)
      if (program !== null) this.#keep(path, program)
      return true
    }
    const isSparse = Object.keys(header.pax ?? {}).some((key) => key.startsWith('GNU.sparse.'))
    if (isSparse || size > kind.sizeMax) {
      const problem = isSparse
        ? 'is a sparse file, which is not read'
        : `has ${size} bytes; at most ${kind.sizeMax} are read`
      this.#keep(path, reading({ problem }), kind.isDatabase)
      return false
    }
    const chunks: Buffer[] = []
    for await (const chunk of content) chunks.push(chunk)
    this.#keep(path, await readingOf(kind, Buffer.concat(chunks)), kind.isDatabase)
    return true
  }

  #keep(path: string, found: FileReading, isDatabase = false): void {
    this.#packages += found.packages.length
    this.#spent.add({ entries: 0, nameCharacters: 0, packages: found.packages.length })
    const says = found.problem ?? found.system ?? found.machine
    if (found.packages.length > 0 || says !== null || isDatabase)
      this.#files.set(path, { ...found, isDatabase })
  }
}

/** By the mode that it is unpacked with; libraries of some systems have it too. */
const mayRun = ({ mode }: Header): boolean => (mode & 0o111) !== 0

async function readingOf({ read }: FileKind, bytes: Buffer): Promise<FileReading> {
  if (read !== 'rpm-database') return read(bytes.toString('utf8'))
  return (await import('./rpm-database.ts')).readRpmDatabase(bytes)
}

async function drained(content: Content): Promise<void> {
  for await (const _chunk of content);
}
