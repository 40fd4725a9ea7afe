/** Lockfiles of a commit, by their paths from its top. */
export interface KnownLockfiles {
  all: readonly string[]
  audited: readonly string[]
}

/** What lies in these is there to test something, and in nothing that runs. */
const leftOut = new Set(['fixtures', '__fixtures__', 'testdata'])

/** Whether a lockfile belongs to what is released, as far as its folder tells. */
export const isOfRelease = (path: string): boolean =>
  !path
    .split('/')
    .slice(0, -1)
    .some((name) => leftOut.has(name))

/** What several audits of one commit know together; null where none of them looked at the repository as a whole. */
export function joinLockfiles(known: readonly (KnownLockfiles | null | undefined)[]): KnownLockfiles | null {
  const told = known.filter((one) => one != null)
  return told.length === 0
    ? null
    : {
        all: [...new Set(told.flatMap(({ all }) => all))],
        audited: [...new Set(told.flatMap(({ audited }) => audited))],
      }
}

/** Lockfiles of the commit that no audit looked at. */
export const unauditedIn = ({ all, audited }: KnownLockfiles): string[] => {
  const seen = new Set(audited)
  return all.filter((path) => !seen.has(path)).toSorted()
}
