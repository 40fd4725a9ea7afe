const PATH_LENGTH_MAX = 4096
const DEPTH_MAX = 256

/**
 * The name of an entry as a path of the image: no slash or dot before it. A name that climbs (`..`) or is no text of one
 * place is null: no runtime would put it where it says.
 */
export function entryPath(name: string): string | null {
  if (name.length > PATH_LENGTH_MAX || name.includes('\0')) return null
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  return parts.length > DEPTH_MAX || parts.includes('..') ? null : parts.join('/')
}

/** Where a link leads, seen from the image's root; null where it climbs out. A hard link's target is a path already. */
export function linkTarget(path: string, target: string, isHard: boolean): string | null {
  if (target.length > PATH_LENGTH_MAX || target.includes('\0')) return null
  const from = isHard || target.startsWith('/') ? [] : path.split('/').slice(0, -1)
  const parts: string[] = []
  for (const part of [...from, ...target.split('/')]) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/** What a file name says beside its content, as the layer format of the OCI image specification has it. */
export type Marker =
  | { what: 'opaque'; folder: string }
  | { what: 'whiteout'; path: string }
  | { what: 'none' }

/** `.wh..wh..opq` empties its folder, `.wh.NAME` takes NAME away; other names with `.wh..wh.` are AUFS's own. */
export function markerOf(path: string): Marker | null {
  const at = path.lastIndexOf('/') + 1
  const base = path.slice(at)
  if (!base.startsWith('.wh.')) return null
  if (base === '.wh..wh..opq') return { what: 'opaque', folder: path.slice(0, Math.max(0, at - 1)) }
  if (base.startsWith('.wh..wh.') || base === '.wh.') return { what: 'none' }
  return { what: 'whiteout', path: path.slice(0, at) + base.slice('.wh.'.length) }
}
