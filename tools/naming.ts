import type { Finding } from './direction.ts'

const emptyWords = new Set([
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'core',
  'manager',
  'managers',
  'misc',
])
const kebab = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/

/** Names that say nothing (`utils`, `order-manager`), and code files or folders that are not kebab-case. */
export const findBadNames = (paths: string[]): Finding[] =>
  paths.flatMap((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const stem = name.split('.')[0] ?? ''
    const empty = stem.split('-').find((word) => emptyWords.has(word))
    if (empty !== undefined) {
      return [{ where: path, what: `"${empty}" says nothing`, fix: 'name it after what it knows' }]
    }
    const isCode = /\.[cm]?[jt]sx?$/.test(name)
    if (!isCode || kebab.test(name)) return []
    return [{ where: path, what: 'is not kebab-case', fix: 'rename it' }]
  })
