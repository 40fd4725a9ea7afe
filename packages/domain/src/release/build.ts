/** One service's build: where it is and what it was made of. */
export interface Build {
  service: string
  /** Registry and path, no tag: `registry.example/team/backend`. */
  repository: string
  /** `sha256:` and 64 hex digits; the only name an engine is ever given. */
  digest: string
  /** The tag it was found by, for people. */
  tag: string | null
  commit: string | null
}

/** Image reference of a build, by digest. */
export const imageOf = (build: Build): string => `${build.repository}@${build.digest}`
