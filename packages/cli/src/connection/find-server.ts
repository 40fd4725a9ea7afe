import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import type { Context } from '../terminal/context.ts'
import type { Shell } from '../terminal/shell.ts'

export interface ServerAddress {
  /** Without a slash at the end. */
  url: string
  token: string
}

/** Files that a server keeps in its state folder. */
const addressFile = 'server.json'
const tokenFile = 'admin-token'

/** State folders that may hold a server's address, nearest first: `TOWPATH_STATE` or `./.towpath`, then the user's own. */
export const stateFolders = ({ env, folder }: Pick<Shell, 'env' | 'folder'>): string[] => [
  ...(env['TOWPATH_STATE'] ? [env['TOWPATH_STATE']] : [join(folder, '.towpath')]),
  userFolder(env),
]

/** What this client keeps for its user: `TOWPATH_HOME`, else `~/.towpath`. */
export const userFolder = (env: Shell['env']): string =>
  env['TOWPATH_HOME'] || join(env['HOME'] || homedir(), '.towpath')

/**
 * Where the server is and who calls. What was said wins over the environment, the environment over state folders. The
 * token of a state folder goes to no other server than its own.
 */
export async function findServer({
  shell,
  server,
}: Pick<Context, 'shell' | 'server'>): Promise<ServerAddress> {
  const said = server ?? (shell.env['TOWPATH_SERVER'] || null)
  const states = await readStates(shell)
  const state = said === null ? states[0] : states.find(({ url }) => url === withoutSlash(said))
  const url = said === null ? state?.url : checkedUrl(said)
  if (url === undefined) throw noServer(stateFolders(shell))
  const token =
    shell.env['TOWPATH_TOKEN'] ||
    (state === undefined ? null : await readOrNull(join(state.folder, tokenFile)))
  if (token === null) throw noToken(url)
  return { url, token: token.trim() }
}

interface State {
  folder: string
  url: string
}

async function readStates(shell: Shell): Promise<State[]> {
  const found: State[] = []
  for (const folder of stateFolders(shell)) {
    const text = await readOrNull(join(folder, addressFile))
    const url = text === null ? null : urlIn(text)
    if (url !== null) found.push({ folder, url: withoutSlash(url) })
  }
  return found
}

/** The file is written whole by the server; one that cannot be read counts as none. */
function urlIn(text: string): string | null {
  try {
    const { url } = JSON.parse(text) as { url?: unknown }
    return typeof url === 'string' && URL.canParse(url) ? url : null
  } catch {
    return null
  }
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return null
  }
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

function checkedUrl(said: string): string {
  const parsed = URL.canParse(said) ? new URL(said) : null
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol) || parsed.pathname !== '/')
    throw new TowpathError({
      code: 'SERVER_ADDRESS_INVALID',
      kind: 'usage',
      message: `${JSON.stringify(said)} is no address of a server.`,
      hint: 'Write it as http://127.0.0.1:4400. Nothing was sent.',
    })
  if (parsed.protocol === 'http:' && !loopback.has(parsed.hostname))
    throw new TowpathError({
      code: 'SERVER_ADDRESS_IN_THE_CLEAR',
      kind: 'usage',
      message: `${parsed.origin} would send the token unencrypted through the network.`,
      hint: 'Use https, or an SSH tunnel to the server and http://127.0.0.1. Nothing was sent.',
    })
  return parsed.origin
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')

const noServer = (folders: readonly string[]): TowpathError =>
  new TowpathError({
    code: 'SERVER_UNKNOWN',
    kind: 'unreachable',
    message: `No server is known here: no --server, no TOWPATH_SERVER, and none runs from ${folders.join(' or ')}.`,
    hint: 'Nothing was changed. Start one: towpath server',
    detail: { folders },
  })

const noToken = (url: string): TowpathError =>
  new TowpathError({
    code: 'TOKEN_UNKNOWN',
    kind: 'forbidden',
    message: `There is no token for ${url}.`,
    hint: "Nothing was sent. Set TOWPATH_TOKEN; an admin makes one on the server's machine: towpath server token add NAME --role ROLE",
    detail: { url },
  })
