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
  read: (text: string) => FileReading
  /** Written anew by every layer that installs something, so that a package is older than the file it stands in. */
  isDatabase: boolean
}

/** Each of a kind of its own; what a first pattern takes no later one sees. */
export const fileKinds: readonly FileKind[] = [
  kind(/^var\/lib\/dpkg\/status(?:\.d\/[^/]+)?$/, readStatus, { sizeMax: 64 * MEGABYTE, isDatabase: true }),
  kind(/^(?:usr\/)?lib\/apk\/db\/installed$/, readApkInstalled, { sizeMax: 64 * MEGABYTE, isDatabase: true }),
  kind(/^(?:etc|usr\/lib)\/os-release$/, (text) => reading({ system: readOsRelease(text) })),
  kind(/(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@.][^/]*\/package\.json$/, readNodePackage),
  kind(/\.(?:dist-info\/METADATA|egg-info\/PKG-INFO|egg-info|egg\/EGG-INFO\/PKG-INFO)$/, readPythonMetadata),
]

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
  [
    /^(?:var\/lib|usr\/(?:lib\/sysimage|share))\/rpm\/(?:rpmdb\.sqlite|Packages(?:\.db)?)$/,
    'an RPM database',
  ],
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

/** What a file that is not read holds, in words; null where it holds no packages that we know of. */
export const unreadKindOf = (path: string): string | null =>
  unread.find(([pattern]) => pattern.test(path))?.[1] ?? null
