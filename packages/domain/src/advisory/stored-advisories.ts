import type { AdvisorySummary } from './advisory-lines.ts'

/** Advisories as a server keeps them: what they are, and where in its store their parts lie. */
export interface StoredAdvisories extends Pick<
  AdvisorySummary,
  'count' | 'newest' | 'ecosystems' | 'partial'
> {
  /** Hex SHA-256 of all parts: another digest is other data. */
  digest: string
  /** Records that could not be read where they came from. */
  unread: number
  /** Hex SHA-256 of the stored lines of each ecosystem. */
  parts: Readonly<Record<string, string>>
  /** Ids that are known to be exploited; null where no list was loaded, absent in what older versions recorded. */
  exploited?: number | null
  /** Hex SHA-256 of what is joined: scores by vector, and ids that are known to be exploited. */
  joined: string
  /** RFC 3339, by the server's clock. */
  importedAt: string
  importedBy: string
  /** Where they came from, in the words of whoever brought them. */
  source: string
}

/** Most bytes of all lines together, before they are packed: several times as many as npm's. */
export const ADVISORY_BYTES_MAX = 256 * 1024 * 1024

/** Most lines of one ecosystem, and letters of a line. */
export const ADVISORY_LINES_MAX = 2_000_000
export const ADVISORY_LINE_LENGTH_MAX = 4 * 1024 * 1024
