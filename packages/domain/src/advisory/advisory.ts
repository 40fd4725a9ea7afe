/** What an advisory tells of, worst first, kept apart: only the first two say that somebody can do harm. */
export const advisoryKinds = ['malicious', 'vulnerability', 'unsound', 'unmaintained', 'notice'] as const
export type AdvisoryKind = (typeof advisoryKinds)[number]

/** Half-open, or closed where `isEndAffected`. A bound of null has no end on that side. */
export interface VersionInterval {
  from: string | null
  to: string | null
  isEndAffected: boolean
}

/** What one advisory says of one package. */
export interface Advisory {
  id: string
  aliases: readonly string[]
  /** Flaws that this one comes from, as a distribution says of its own records: other flaws, that may be exploited. */
  upstream: readonly string[]
  /** As OSV writes it: `crates.io`, `npm`, `Debian:12`. */
  ecosystem: string
  name: string
  kind: AdvisoryKind
  summary: string
  /** RFC 3339, UTC. */
  modified: string
  /** CVSS vectors, as given. */
  vectors: readonly string[]
  /** The database's own word for how bad it is, where it has no vector. */
  rating: string | null
  intervals: readonly VersionInterval[]
  /** Versions named one by one, beside the intervals. */
  versions: readonly string[]
}

/** One OSV record as it concerns matching. A withdrawn one concerns nobody, and is only counted. */
export interface AdvisoryRecord {
  id: string
  modified: string
  isWithdrawn: boolean
  /** Families of ecosystems that it speaks of, those too whose versions are not ordered here: `Debian` of `Debian:12`. */
  families: readonly string[]
  advisories: readonly Advisory[]
}
