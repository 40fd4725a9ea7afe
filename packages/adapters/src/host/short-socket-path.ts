import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { relative } from 'node:path'

/** Where the operating systems cut the path of a socket. */
const SOCKET_PATH_MAX = 103

/** Path to connect to: the shorter of absolute and relative. Throws SOCKET_PATH_TOO_LONG where neither fits. */
export function shortSocketPath(absolute: string): string {
  const fromHere = relative(process.cwd(), absolute)
  const shorter = fromHere.length < absolute.length ? fromHere : absolute
  return fittingSocketPath(shorter)
}

/** The same path. Throws SOCKET_PATH_TOO_LONG where a socket cannot be there. */
export function fittingSocketPath(path: string): string {
  if (Buffer.byteLength(path) <= SOCKET_PATH_MAX) return path
  throw new TowpathError({
    code: 'SOCKET_PATH_TOO_LONG',
    kind: 'usage',
    message: `A socket would be at ${path}, longer than the ${SOCKET_PATH_MAX} bytes that a socket's path may have.`,
    hint: 'The edge was not changed. Keep the state of the server, or on a host of SSH the home of its user, in a folder with a shorter path.',
  })
}
