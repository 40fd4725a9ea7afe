/** Package worlds that inventories know, under the names that OSV gives them. */
export const ecosystems = ['crates.io', 'npm', 'Go', 'PyPI', 'GitHub Actions'] as const
export type LanguageEcosystem = (typeof ecosystems)[number]

/** Packages of an operating system: its name and release, as in `Debian:12`; `unknown` where the image does not say. */
export type SystemEcosystem =
  `${'Debian' | 'Ubuntu' | 'Alpine' | 'Rocky Linux' | 'AlmaLinux' | 'Red Hat' | 'openSUSE' | 'Unknown system'}:${string}`

export type Ecosystem = LanguageEcosystem | SystemEcosystem

/**
 * Where a component comes from. Only what comes from the registry of its ecosystem can be compared with advisories: a
 * path or a git source under a known name is other code.
 */
export type ComponentSource = 'registry' | 'other-registry' | 'git' | 'path'

/** Whether a component is in what runs. A lockfile alone never proves `shipped`. */
export type Presence = 'shipped' | 'locked-only' | 'dev-only' | 'unknown'

/** Who asks for a component, and by which range of versions; null where the file does not say. */
export interface Requirement {
  name: string
  version: string
  range: string | null
}

/** One package in one version, as one file pins it. */
export interface Component {
  ecosystem: Ecosystem
  /** Name in its registry, whatever the project calls it. */
  name: string
  version: string
  source: ComponentSource
  /** Name the project gives it, where that differs. */
  alias: string | null
  presence: Presence
  /** File that pins it, as given. */
  file: string
  /** From 1; null where the format does not let it be known. */
  line: number | null
  /** Shortest way to it, the project first and itself last, each as `name version`. */
  path: readonly string[]
  requiredBy: readonly Requirement[]
  /**
   * Source package it was built from, where advisories speak of that one; absent where they speak of itself. Those of RPM
   * systems speak of either.
   */
  origin?: NameAndVersion
}

export interface NameAndVersion {
  name: string
  version: string
}

/** What a file could not tell: whatever stands there is not in the inventory, and may be anything. */
export interface InventoryGap {
  file: string
  line: number | null
  message: string
}

/** A program of an image that the image's own platform cannot run. */
export interface ForeignProgram {
  file: string
  /** As images name it: `arm64`. */
  machine: string
  /** Of the image: `linux/amd64`. */
  platform: string
  /** How many more there are that are not told one by one. */
  others: number
}

/** Everything one file pins. With gaps it is a part of the truth, and no verdict over it is a clean one. */
export interface Inventory {
  file: string
  ecosystem: Ecosystem
  components: readonly Component[]
  gaps: readonly InventoryGap[]
  /** Of an image alone. */
  foreign?: readonly ForeignProgram[]
}
