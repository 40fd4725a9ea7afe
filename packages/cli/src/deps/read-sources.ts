import { readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { UpdateSources } from '@towpath/domain/dependency/update-target.ts'
import { isReadForUpdates, isUpdateFile } from '@towpath/domain/dependency/update-kind.ts'
import { surveyRepository } from '@towpath/domain/repository/survey.ts'
import { findFiles } from '../audit/find-lockfiles.ts'
import { walkLimits, walkRepository } from '../repository/walk-repository.ts'

/** What a repository holds for update bots, and what of it nobody could look at. */
export interface ReadSources extends UpdateSources {
  unread: readonly string[]
}

/** Reads with the walks that `check` and `audit` take, so that all of them see the same repository. */
export function readSources(folder: string): ReadSources {
  const { files, dockerfiles, unread } = surveyRepository(walkRepository(folder), null)
  // By its path within the repository: the folder above it may have any name.
  const paths = findFiles(folder, ['.'], (place) => {
    const path = relative(folder, place).split(sep).join('/')
    return isUpdateFile(path) || isReadForUpdates(path)
  })
  const texts = new Map(files.texts)
  for (const path of paths.filter(isReadForUpdates)) {
    const text = texts.has(path) ? null : textAt(join(folder, path))
    if (text !== null) texts.set(path, text)
  }
  return {
    ...{ paths, texts, dockerfiles },
    unread: [
      ...unread.map(({ file, line, message }) => `${file}:${line} could not be read whole: ${message}`),
      ...files.left,
    ],
  }
}

/** Null for what is too large or went away: then its name alone speaks. */
function textAt(place: string): string | null {
  try {
    return statSync(place).size > walkLimits.fileBytes ? null : readFileSync(place, 'utf8')
  } catch {
    return null
  }
}
