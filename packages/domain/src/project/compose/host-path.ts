/** Paths of Linux hosts and of files in a repository, as text: nothing is looked up. */

/** Puts `path` under `folder` unless it is absolute, and takes out `.`, `..`, repeated and trailing slashes. */
export function joinPath(folder: string, path: string): string {
  return cleanPath(path.startsWith('/') || folder === '' || folder === '.' ? path : `${folder}/${path}`)
}

/** `..` at the start of a relative path stays: it says that the path leaves its folder. */
export function cleanPath(path: string): string {
  const absolute = path.startsWith('/')
  const steps: string[] = []
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue
    if (step !== '..') steps.push(step)
    else if (steps.length > 0 && steps.at(-1) !== '..') steps.pop()
    else if (!absolute) steps.push('..')
  }
  return (absolute ? '/' : '') + steps.join('/') || '.'
}

/** The folder a file is in; `.` for one without. */
export function folderOf(path: string): string {
  const clean = cleanPath(path)
  const slash = clean.lastIndexOf('/')
  if (slash === 0) return '/'
  return slash === -1 ? '.' : clean.slice(0, slash)
}

/** True for a relative path that stays inside its folder. */
export function staysInside(path: string): boolean {
  const clean = cleanPath(path)
  return !clean.startsWith('/') && clean !== '..' && !clean.startsWith('../')
}

/** The way from one folder of a repository to another, both relative to its root. */
export function relativeFolder(from: string, to: string): string {
  const fromSteps = stepsOf(from)
  const toSteps = stepsOf(to)
  let shared = 0
  while (shared < fromSteps.length && fromSteps[shared] === toSteps[shared]) shared += 1
  return cleanPath([...fromSteps.slice(shared).map(() => '..'), ...toSteps.slice(shared)].join('/'))
}

const stepsOf = (folder: string): string[] =>
  cleanPath(folder)
    .split('/')
    .filter((step) => step !== '.' && step !== '')

/**
 * Replaces the longest prefix of `path` that is a key of `map`, at whole path steps. Keys may be relative: they are
 * taken from `folder`. Tells which key it was, or null where none fits.
 */
export function mapPath(
  path: string,
  map: Readonly<Record<string, string>>,
  folder: string,
): { path: string; key: string | null } {
  let best: { key: string; prefix: string; to: string } | null = null
  for (const [key, to] of Object.entries(map)) {
    const prefix = joinPath(folder, key)
    const fits = path === prefix || path.startsWith(prefix === '/' ? '/' : `${prefix}/`)
    if (fits && (best === null || prefix.length > best.prefix.length)) best = { key, prefix, to }
  }
  if (best === null) return { path, key: null }
  return { path: cleanPath(`${joinPath(folder, best.to)}/${path.slice(best.prefix.length)}`), key: best.key }
}
