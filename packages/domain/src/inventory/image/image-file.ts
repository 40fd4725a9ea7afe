import type { ComponentSource, NameAndVersion } from '../component.ts'
import type { OsRelease } from './os-release.ts'

/** Packages of an operating system. */
export const systemKinds = ['deb', 'apk', 'rpm'] as const
export type SystemKind = (typeof systemKinds)[number]

/** Kinds of packages as their files name them; which release of which system one of `systemKinds` is of, `os-release` tells. */
export type PackageKind = SystemKind | 'npm' | 'PyPI' | 'Go' | 'crates.io'

/** One package that a file of an image speaks of. */
export interface FoundPackage extends NameAndVersion {
  kind: PackageKind
  source: ComponentSource
  /** Source package, where it is not the package itself. */
  origin: NameAndVersion | null
  /** As the package manager writes it; null for packages of languages. */
  architecture: string | null
}

/** What one file of a layer tells. A problem says what it does not: the packages are then a part of the truth. */
export interface FileReading {
  packages: readonly FoundPackage[]
  problem: string | null
  system: OsRelease | null
  /** What a program runs on, as images name it; null for other files, and for machines without such a name. */
  machine: string | null
}

export const reading = (given: Partial<FileReading>): FileReading => ({
  packages: [],
  problem: null,
  system: null,
  machine: null,
  ...given,
})

/** Most packages of one file; no distribution has as many. */
export const PACKAGES_MAX = 100_000

export const languagePackage = (
  kind: PackageKind,
  { name, version }: NameAndVersion,
  source: ComponentSource = 'registry',
): FoundPackage => ({ kind, name, version, source, origin: null, architecture: null })
