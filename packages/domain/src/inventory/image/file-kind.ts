import { readApkInstalled } from './apk-installed.ts'
import { readDpkgStatus } from './dpkg-status.ts'
import { reading } from './image-file.ts'
import type { FileReading } from './image-file.ts'
import { readNodePackage, readPythonMetadata } from './language-packages.ts'
import { readOsRelease } from './os-release.ts'

const MEGABYTE = 1024 * 1024

/** One kind of file that says what is installed, found by its path alone. */
export interface FileKind {
  pattern: RegExp
  /** Bytes; what is larger is not read, and told. */
  sizeMax: number
  /** Out of its text; the packages of an RPM database stand in a table, which has to be opened. */
  read: ((text: string) => FileReading) | 'rpm-database'
  /** Written anew by every layer that installs something, so that a package is older than the file it stands in. */
  isDatabase: boolean
}

/** Each of a kind of its own; what a first pattern takes no later one sees. */
export const fileKinds: readonly FileKind[] = [
  kind(/^var\/lib\/dpkg\/status(?:\.d\/[^/]+)?$/, readStatus, { sizeMax: 64 * MEGABYTE, isDatabase: true }),
  kind(/^(?:usr\/)?lib\/apk\/db\/installed$/, readApkInstalled, { sizeMax: 64 * MEGABYTE, isDatabase: true }),
  // RPM 4.16 and later; below /usr/lib/sysimage since Fedora 36 and in openSUSE.
  kind(rpmFile('rpmdb\\.sqlite'), 'rpm-database', { sizeMax: 256 * MEGABYTE, isDatabase: true }),
  kind(/^(?:etc|usr\/lib)\/os-release$/, (text) => reading({ system: readOsRelease(text) })),
  kind(/(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@.][^/]*\/package\.json$/, readNodePackage),
  kind(/\.(?:dist-info\/METADATA|egg-info\/PKG-INFO|egg-info|egg\/EGG-INFO\/PKG-INFO)$/, readPythonMetadata),
]

/** A file of the folder where RPM keeps what is installed. */
function rpmFile(name: string): RegExp {
  return new RegExp(`^(?:var/lib|usr/(?:lib/sysimage|share))/rpm/${name}$`)
}

function kind(
  pattern: RegExp,
  read: FileKind['read'],
  { sizeMax = 4 * MEGABYTE, isDatabase = false }: Partial<FileKind> = {},
): FileKind {
  return { pattern, read, sizeMax, isDatabase }
}

/** Checksums stand beside the entries of `status.d`. */
function readStatus(text: string): FileReading {
  return /^\s*[0-9a-f]{32}\s/.test(text) ? reading({}) : readDpkgStatus(text)
}

/** Files that hold packages and are not read; an image with them is never clean. */
const unread: readonly (readonly [RegExp, string])[] = [
  [rpmFile('Packages'), 'an RPM database of Berkeley DB'],
  [rpmFile('Packages\\.db'), 'an RPM database of the NDB kind'],
  [/\.(?:jar|war|ear)$/, 'a Java archive'],
  [/\/specifications\/[^/]+\.gemspec$/, 'a Ruby gem'],
  [/\.deps\.json$/, 'a list of .NET packages'],
  [/\/vendor\/composer\/installed\.json$/, 'a list of PHP packages'],
  [/(?:^|\/)conda-meta\/[^/]+\.json$/, 'a package of Conda'],
  [/\.egg$/, 'a Python egg'],
  [/(?:^|\/)\.pnp\.c?js$/, "a list of packages of Yarn's Plug'n'Play"],
]

export const kindOfFile = (path: string): FileKind | null =>
  fileKinds.find(({ pattern }) => pattern.test(path)) ?? null

/** Files that hold packages only while they hold anything at all. */
const unreadUnlessEmpty: typeof unread = [
  [rpmFile('rpmdb\\.sqlite-wal'), 'a log that was not written back to its RPM database'],
]

/** What a file that is not read holds, in words; null where it holds no packages that we know of. */
export const unreadKindOf = (path: string, size: number): string | null =>
  (size > 0 ? [...unread, ...unreadUnlessEmpty] : unread).find(([pattern]) => pattern.test(path))?.[1] ?? null
