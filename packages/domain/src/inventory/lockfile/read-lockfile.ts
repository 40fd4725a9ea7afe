import type { LockfileReading, LockfileText } from './lockfile.ts'
import { unreadable } from './lockfile.ts'

type Reader = (file: LockfileText) => LockfileReading | Promise<LockfileReading>

/** Lockfiles by the name of their file. A reader is loaded when the first such file is met. */
const readers: readonly { name: RegExp; load: () => Promise<Reader> }[] = [
  { name: /(?:^|\/)Cargo\.lock$/, load: async () => (await import('./cargo-lock.ts')).readCargoLock },
  {
    name: /(?:^|\/)(?:(?:[\w.-]+-)?package-lock|npm-shrinkwrap)\.json$/,
    load: async () => (await import('./package-lock.ts')).readPackageLock,
  },
  { name: /(?:^|\/)pnpm-lock\.yaml$/, load: async () => (await import('./pnpm-lock.ts')).readPnpmLock },
  { name: /(?:^|\/)yarn\.lock$/, load: async () => (await import('./yarn-lock.ts')).readYarnLock },
  { name: /(?:^|\/)go\.mod$/, load: async () => (await import('./go-mod.ts')).readGoMod },
  { name: /(?:^|\/)go\.sum$/, load: async () => (await import('./go-mod.ts')).readGoSum },
  { name: /(?:^|\/)poetry\.lock$/, load: async () => (await import('./python-locks.ts')).readPoetryLock },
  { name: /(?:^|\/)uv\.lock$/, load: async () => (await import('./python-locks.ts')).readUvLock },
  {
    name: /(?:^|\/)(?:(?:(?:dev|tests?|prod|production|docs|build|ci|lint|base)[-_])?requirements[\w.-]*|requirements\/[\w.-]+)\.txt$/,
    load: async () => (await import('./requirements.ts')).readRequirements,
  },
  {
    name: /(?:^|\/)\.github\/workflows\/[^/]+\.ya?ml$|(?:^|\/)action\.ya?ml$/,
    load: async () => (await import('./workflow-uses.ts')).readWorkflowUses,
  },
]

/** Lockfiles of other tools, which pin what runs as well: one that is here and not read keeps an audit from being clean. */
const unread: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\/)bun\.lockb?$/, 'Bun'],
  [/(?:^|\/)deno\.lock$/, 'Deno'],
  [/(?:^|\/)(?:Pipfile\.lock|pdm\.lock|pylock(?:\.[\w-]+)?\.toml)$/, 'Python'],
  [/(?:^|\/)(?:Gemfile|gems)\.(?:lock|locked)$/, 'Ruby'],
  [/(?:^|\/)composer\.lock$/, 'PHP'],
  [/(?:^|\/)(?:gradle\.lockfile|buildscript-gradle\.lockfile)$/, 'Gradle'],
  [/(?:^|\/)packages\.lock\.json$/, '.NET'],
  [/(?:^|\/)mix\.lock$/, 'Elixir'],
  [/(?:^|\/)pubspec\.lock$/, 'Dart'],
  [/(?:^|\/)(?:Podfile\.lock|Package\.resolved)$/, 'Swift'],
]

const unreadToolOf = (path: string): string | undefined => unread.find(([name]) => name.test(path))?.[1]

/** Whether a file pins packages, as its name says: one that can be read here, or one whose reading tells that it cannot. */
export const isLockfile = (path: string): boolean =>
  readers.some(({ name }) => name.test(path)) || unreadToolOf(path) !== undefined

/** Names for a person who gave a file that is none. */
export const lockfileNames =
  'Cargo.lock, package-lock.json, pnpm-lock.yaml, yarn.lock, go.mod, go.sum, poetry.lock, uv.lock, requirements.txt, .github/workflows/*.yml'

/** Reads one lockfile of any kind; its name says which. The path may have `\` between folders. */
export async function readLockfile(file: LockfileText): Promise<LockfileReading> {
  const path = file.path.replaceAll('\\', '/')
  const reader = readers.find(({ name }) => name.test(path))
  const tool = unreadToolOf(path)
  if (reader === undefined && tool !== undefined)
    return unreadable(file.path, `is a lockfile of ${tool}, which is not read; known are ${lockfileNames}`)
  if (reader === undefined)
    return unreadable(file.path, `is no lockfile that is known by its name: ${lockfileNames}`)
  return (await reader.load())(file)
}
