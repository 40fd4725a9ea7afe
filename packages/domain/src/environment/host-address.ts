/** Where a Docker Engine is, as `host.docker` of `towpath.yaml` names it. */
export type HostAddress = LocalHost | SshHost

export interface LocalHost {
  way: 'socket'
  /** Absolute. */
  socketPath: string
}

/** A host reached by OpenSSH. What the address leaves out is OpenSSH's to say, by its own configuration. */
export interface SshHost {
  way: 'ssh'
  /** A host name, an address, or a `Host` of the OpenSSH configuration. */
  name: string
  user: string | null
  port: number | null
  /** The engine's socket on that host. */
  socketPath: string
}

const usualSocket = '/var/run/docker.sock'

const SOCKET_PATH = '\\/[^\\s{}?#]{1,255}'
const USER = '[A-Za-z_][A-Za-z0-9_.-]{0,63}'
/** Neither may begin with a dash: it would read as an option of `ssh`. */
const NAME = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}|\\[[0-9A-Fa-f:.]{2,45}\\]'
const PORT = '[1-9]\\d{0,4}'

/** Every address that `parseHostAddress` takes, and a few whose port is too large. */
export const HOST_ADDRESS_PATTERN = `unix:\\/\\/${SOCKET_PATH}|ssh:\\/\\/(?:${USER}@)?(?:${NAME})(?::${PORT})?(?:${SOCKET_PATH})?`

const SSH_ADDRESS = new RegExp(`^ssh://(?:(${USER})@)?(${NAME})(?::(${PORT}))?(${SOCKET_PATH})?$`)
const LOCAL_ADDRESS = new RegExp(`^unix://(${SOCKET_PATH})$`)

/** Reads `unix:///PATH` or `ssh://[USER@]NAME[:PORT][/SOCKET]`, as Docker's own `DOCKER_HOST` has them; null for anything else. */
export function parseHostAddress(text: string): HostAddress | null {
  const local = LOCAL_ADDRESS.exec(text)?.[1]
  if (local !== undefined) return { way: 'socket', socketPath: local }
  const [whole, user, written = '', port, socketPath] = SSH_ADDRESS.exec(text) ?? []
  if (whole === undefined || Number(port ?? 1) > 65_535) return null
  return {
    way: 'ssh',
    name: written.replaceAll(/[[\]]/g, ''),
    user: user ?? null,
    port: port === undefined ? null : Number(port),
    socketPath: socketPath ?? usualSocket,
  }
}
