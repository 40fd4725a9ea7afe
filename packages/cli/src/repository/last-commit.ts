import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** When the last commit was made here, by the log that git keeps of its head; null where there is none. Starts no git. */
export function lastCommitAt(folder: string): Date | null {
  try {
    const rows = readFileSync(join(folder, '.git/logs/HEAD'), 'utf8').trimEnd().split('\n')
    const seconds = />\s(\d{1,12})\s[+-]\d{4}(?:\t|$)/.exec(rows.at(-1) ?? '')?.[1]
    return seconds === undefined ? null : new Date(Number(seconds) * 1000)
  } catch {
    return null
  }
}

/** Addresses of the repository's remotes, as its configuration has them. */
export function remotesOf(folder: string): string[] {
  try {
    const text = readFileSync(join(folder, '.git/config'), 'utf8')
    return [...text.matchAll(/^\s*url\s*=\s*(\S+)\s*$/gm)].map((match) => match[1] ?? '')
  } catch {
    return []
  }
}
