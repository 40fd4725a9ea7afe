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
    name: /(?:^|\/)requirements[\w.-]*\.txt$/,
    load: async () => (await import('./requirements.ts')).readRequirements,
  },
  {
    name: /(?:^|\/)\.github\/workflows\/[^/]+\.ya?ml$|(?:^|\/)action\.ya?ml$/,
    load: async () => (await import('./workflow-uses.ts')).readWorkflowUses,
  },
]

export const isLockfile = (path: string): boolean => readers.some(({ name }) => name.test(path))

/** Names for a person who gave a file that is none. */
export const lockfileNames =
  'Cargo.lock, package-lock.json, pnpm-lock.yaml, yarn.lock, go.mod, go.sum, poetry.lock, uv.lock, requirements.txt, .github/workflows/*.yml'

/** Reads one lockfile of any kind; its name says which. The path may have `\` between folders. */
export async function readLockfile(file: LockfileText): Promise<LockfileReading> {
  const reader = readers.find(({ name }) => name.test(file.path.replaceAll('\\', '/')))
  if (reader === undefined)
    return unreadable(file.path, `is no lockfile that is known by its name: ${lockfileNames}`)
  return (await reader.load())(file)
}
