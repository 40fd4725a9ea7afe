import type { Mount } from '../deployment/container.ts'

/**
 * Where a file that a container sees lies on its host, by the mounts of all containers: the deepest bind mount around it. Itself where
 * none is, as with a proxy on the host; null where it lies in a volume of the engine's, whose place only the engine knows.
 */
export function pathOutside(path: string, mounts: readonly Mount[]): string | null {
  const around = mounts
    .filter(({ target }) => path === target || path.startsWith(`${target.replace(/\/$/, '')}/`))
    .toSorted((one, other) => other.target.length - one.target.length)[0]
  if (around === undefined) return path
  if (around.type !== 'bind') return null
  return around.source.replace(/\/$/, '') + path.slice(around.target.replace(/\/$/, '').length)
}
