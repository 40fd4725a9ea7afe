import { realpathSync, readFileSync, statSync } from 'node:fs'
import { isAbsolute, join, normalize, relative, resolve, sep } from 'node:path'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

/** Far above any config or settings file; a release's files together may have eight times this. */
const fileMaxBytes = 1024 * 1024

/**
 * The folder of `towpath.yaml`. Reads files of it and of nothing else, and remembers what it read: that is what a
 * release is made of.
 */
export class ProjectFolder {
  readonly #root: string
  readonly #files = new Map<string, Buffer>()

  /** Throws PROJECT_FOLDER_MISSING where there is no such folder. */
  constructor(folder: string) {
    try {
      this.#root = realpathSync(resolve(folder))
    } catch (cause) {
      throw new TowpathError({
        code: 'PROJECT_FOLDER_MISSING',
        kind: 'usage',
        message: `There is no folder ${folder}.`,
        hint: 'Nothing was changed. Name the folder of towpath.yaml with -C.',
        cause,
      })
    }
  }

  /** Text of a file named relative to the folder, or null where there is none. Throws FILE_OUTSIDE_PROJECT, FILE_TOO_LARGE. */
  text(path: string): string | null {
    return this.bytes(path)?.toString('utf8') ?? null
  }

  bytes(path: string): Buffer | null {
    const name = this.#nameOf(path)
    const known = this.#files.get(name)
    if (known !== undefined) return known
    const place = this.#placeOf(name)
    if (place === null) return null
    const bytes = readFileSync(place)
    this.#files.set(name, bytes)
    return bytes
  }

  /** Where a new file of that name belongs, absolute. */
  placeFor(path: string): string {
    return join(this.#root, this.#nameOf(path))
  }

  /** Everything read so far: path with `/` between names, in order of the paths. */
  get files(): ReadonlyMap<string, Buffer> {
    return new Map([...this.#files].toSorted(([one], [other]) => (one < other ? -1 : 1)))
  }

  #nameOf(path: string): string {
    const name = normalize(path).split(sep).join('/')
    if (isAbsolute(path) || name === '..' || name.startsWith('../') || path.includes('\0'))
      throw outside(path, 'leads out of it')
    return name
  }

  /** A symbolic link may point at any file of the machine, so what counts is where it ends. */
  #placeOf(name: string): string | null {
    let place: string
    try {
      place = realpathSync(join(this.#root, name))
    } catch {
      return null
    }
    if (relative(this.#root, place).split(sep)[0] === '..' || isAbsolute(relative(this.#root, place)))
      throw outside(name, `is a link to ${place}`)
    const { size } = statSync(place)
    if (!statSync(place).isFile()) return null
    if (size > fileMaxBytes) throw tooLarge(name, size)
    return place
  }
}

const outside = (path: string, why: string): TowpathError =>
  new TowpathError({
    code: 'FILE_OUTSIDE_PROJECT',
    kind: 'usage',
    message: `${JSON.stringify(path)} is not inside the project: it ${why}.`,
    hint: 'Nothing was sent. A release holds only files below the folder of towpath.yaml; copy it there.',
    detail: { path },
  })

const tooLarge = (path: string, bytes: number): TowpathError =>
  new TowpathError({
    code: 'FILE_TOO_LARGE',
    kind: 'usage',
    message: `${path} has ${bytes} bytes; config and settings files have at most ${fileMaxBytes}.`,
    hint: 'Nothing was sent. Mount large files from the host instead.',
    detail: { path, bytes },
  })
