import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import { join } from 'node:path'
import { isWorthReading } from '@towpath/domain/repository/file-kind.ts'
import type { RepositoryFiles } from '@towpath/domain/repository/survey.ts'

/** What a walk takes at most: a repository past these is looked at in part, and that is said. */
export interface WalkLimits {
  /** Names looked at, folders too. */
  entries: number
  files: number
  fileBytes: number
  bytes: number
  depth: number
}

export const walkLimits: WalkLimits = {
  entries: 50_000,
  files: 4_000,
  fileBytes: 512 * 1024,
  bytes: 24 * 1024 * 1024,
  depth: 12,
}

/** Made by tools or fetched by them, or kept for tests: nothing that runs. */
const SKIPPED = new Set([
  ...[
    'node_modules',
    '.git',
    'target',
    'dist',
    'build',
    'out',
    '.next',
    '.nuxt',
    '.svelte-kit',
    '.turbo',
    '.cache',
  ],
  ...[
    'vendor',
    '.venv',
    'venv',
    '__pycache__',
    'coverage',
    '.terraform',
    '.idea',
    '.vscode',
    '.towpath',
    'bower_components',
    ...['fixtures', '__fixtures__', 'testdata'],
  ],
])

interface Found {
  path: string
  bytes: number
}

/**
 * Reads what the adoption linter and `init` understand: files before folders, so that what stands at the top is read
 * before any limit. Follows no links. Folders that cannot be read are told in `left`.
 */
export function walkRepository(folder: string, limits: WalkLimits = walkLimits): RepositoryFiles {
  const left: string[] = []
  const texts = new Map<string, string>()
  let bytes = 0
  for (const { path, bytes: size } of ordered(listed(folder, limits, left))) {
    if (size > limits.fileBytes) {
      left.push(`${path} was not read: it has more than ${limits.fileBytes / 1024} KB`)
      continue
    }
    if (texts.size >= limits.files || bytes + size > limits.bytes) {
      left.push(
        `only ${texts.size} files were read (${Math.round(bytes / 1024)} KB): the repository has more`,
      )
      break
    }
    const text = textOf(join(folder, path))
    if (text === null) continue
    texts.set(path, text)
    bytes += size
  }
  return { texts, left: left.slice(0, 20) }
}

/** Configuration before sources: of sources there may be too many, and each alone says little. */
const ordered = (found: readonly Found[]): Found[] => {
  const isSource = ({ path }: Found): boolean =>
    /\.(?:rs|[cm]?[jt]sx?|py|go|rb|java|kts?|cs|php|exs?|scala)$/.test(path)
  return [...found.filter((file) => !isSource(file)), ...found.filter(isSource)]
}

function listed(folder: string, limits: WalkLimits, left: string[]): Found[] {
  const found: Found[] = []
  const queue = [{ path: '', depth: 0 }]
  let entries = 0
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const entry of namesIn(join(folder, at.path), at.path, left)) {
      entries += 1
      if (entries > limits.entries) {
        left.push(`only ${limits.entries} names were looked at: the repository has more`)
        return found
      }
      const path = at.path === '' ? entry.name : `${at.path}/${entry.name}`
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) {
        if (at.depth < limits.depth) queue.push({ path, depth: at.depth + 1 })
        else left.push(`${path} was not looked into: it lies too deep`)
      }
      if (entry.isFile() && isWorthReading(path))
        found.push({ path, bytes: lstatSync(join(folder, path)).size })
    }
  }
  return found
}

function namesIn(folder: string, path: string, left: string[]): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    left.push(`${path === '' ? folder : path} could not be read`)
    return []
  }
}

/** Null for what is no text: a file with NUL bytes, or one that went away. */
function textOf(place: string): string | null {
  try {
    const text = readFileSync(place, 'utf8')
    return text.includes('\0') ? null : text
  } catch {
    return null
  }
}
