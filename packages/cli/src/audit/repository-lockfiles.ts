import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { isOfRelease } from '@towpath/domain/evidence/known-lockfiles.ts'
import type { KnownLockfiles } from '@towpath/domain/evidence/known-lockfiles.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { findLockfiles } from './find-lockfiles.ts'

/**
 * Which lockfiles the repository around a folder has, and which of them were audited, by their paths from its top; null
 * where there is none, or it is too large to look through.
 */
export function repositoryLockfiles(folder: string, audited: readonly string[]): KnownLockfiles | null {
  const top = topOf(folder)
  if (top === null) return null
  const fromTop = (path: string): string => relative(top, resolve(folder, path)).split(sep).join('/')
  const seen = audited.map(fromTop).filter((path) => !path.startsWith('..'))
  try {
    const all = findLockfiles(top, ['.']).filter(isOfRelease)
    return { all: [...new Set([...all, ...seen])].toSorted(), audited: seen.toSorted() }
  } catch (thrown) {
    // Where the whole cannot be looked through, nobody says that it was.
    if (thrown instanceof TowpathError) return null
    throw thrown
  }
}

/** The nearest folder that git keeps, a worktree too. */
function topOf(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (at === dirname(at)) return null
  }
}
