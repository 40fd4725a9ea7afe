import satisfies from 'semver/functions/satisfies.js'

/** Whether a version is in a range, as npm says. What is no range holds nothing. */
export const isInNpmRange = (version: string, range: string): boolean =>
  satisfies(version, range, { loose: true })
