import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A source file of the house: path from the root with forward slashes, and its text. */
export interface SourceFile {
  path: string
  text: string
}

const roots = ['packages', 'demo', 'bench', 'tools', 'examples']
const skipped = new Set(['node_modules', 'dist', 'fixtures', 'coverage', '.towpath'])
const sourceName = /\.[cm]?[jt]sx?$/

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)

const walk = (root: string, folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .toSorted(byName)
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : [path, ...walk(root, path)]
      return entry.isFile() ? [path] : []
    })

/** Every file and folder under the rooms, as paths from `root`, fixtures and built files left out. */
export const listPaths = (root: string): string[] => {
  const present = new Set(readdirSync(root))
  return roots.filter((folder) => present.has(folder)).flatMap((folder) => walk(root, folder))
}

/** Reads every TypeScript and JavaScript file under the rooms. */
export const readSources = (root: string): SourceFile[] =>
  listPaths(root)
    .filter((path) => sourceName.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
