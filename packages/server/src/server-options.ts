import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { StepWatcher } from '@towpath/app/installation.ts'
import { parseDuration } from '@towpath/domain/config/duration.ts'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'

export interface ServerOptions {
  /** Absolute: keys, the first token, the embedded database and the files of edges. */
  stateDir: string
  host: string
  /** 0 takes any free one. */
  port: number
  /** Null starts an embedded PostgreSQL. */
  databaseUrl: string | null
  edgeImage: string
  /** OpenSSH configuration for hosts over SSH; null takes the user's and the machine's. */
  sshConfig: string | null
  /** Sigstore's roots of trust for attestations; null takes those of the public instance. */
  trustedRoot: string | null
  reconcileMs: number
  /** Leaves the embedded database running when the server stops. */
  keepDatabase: boolean
  /** Waits until the present controller is gone, instead of refusing. */
  standby: boolean
  renewAdminToken: boolean
  watchStep?: StepWatcher
}

/** The version that Debian 12 has too, so that it is the one our own tests run. */
const edgeImageDefault = 'haproxy:2.6'

const flags = {
  state: { type: 'string', default: '.towpath' },
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '4400' },
  'database-url': { type: 'string' },
  'edge-image': { type: 'string' },
  'ssh-config': { type: 'string' },
  'trusted-root': { type: 'string' },
  'reconcile-ms': { type: 'string' },
  reconcile: { type: 'string', default: '30s' },
  'keep-database': { type: 'boolean', default: false },
  standby: { type: 'boolean', default: false },
  'renew-admin-token': { type: 'boolean', default: false },
  // What it prints is JSON anyway.
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

export const serverHelp = `Run the Towpath server in the foreground.

  towpath server
  towpath server --state /var/lib/towpath --port 4400
  towpath server --database-url postgres://towpath@db.internal/towpath

  --state DIR            keys, first token, embedded database (default ./.towpath)
  --port N               0 takes any free one (default 4400)
  --host NAME            a loopback address (default 127.0.0.1)
  --database-url URL     PostgreSQL for the ledger, or TOWPATH_DATABASE_URL; default: an embedded one
  --edge-image IMAGE     HAProxy for edges, or TOWPATH_EDGE_IMAGE (default ${edgeImageDefault})
  --ssh-config FILE      OpenSSH configuration for hosts over SSH, or TOWPATH_SSH_CONFIG (default ~/.ssh/config)
  --trusted-root FILE    roots of trust for attestations, or TOWPATH_TRUSTED_ROOT (default public Sigstore)
  --reconcile DURATION   how often standing work looks around (default 30s)
  --keep-database        leave the embedded database running at the end
  --standby              wait for the present controller to go, then take over
  --renew-admin-token    write a new token of the principal admin into the state folder
`

/** Reads the command line. Null asks for the help text. Throws SERVER_OPTION_INVALID. */
export function parseServerOptions(
  args: readonly string[],
  { env, folder }: { env: NodeJS.ProcessEnv; folder: string },
): ServerOptions | null {
  const values = readFlags(args)
  if (values.help) return null
  return {
    stateDir: resolve(folder, values.state),
    host: values.host,
    port: wholeNumber('--port', values.port, 65_535),
    databaseUrl: values['database-url'] ?? (env['TOWPATH_DATABASE_URL'] || null),
    edgeImage: values['edge-image'] ?? (env['TOWPATH_EDGE_IMAGE'] || edgeImageDefault),
    sshConfig: pathOrNull(values['ssh-config'] ?? env['TOWPATH_SSH_CONFIG'], folder),
    trustedRoot: pathOrNull(values['trusted-root'] ?? env['TOWPATH_TRUSTED_ROOT'], folder),
    reconcileMs: reconcileMsOf(values),
    keepDatabase: values['keep-database'],
    standby: values.standby,
    renewAdminToken: values['renew-admin-token'],
  }
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: false }).values
  } catch (thrown) {
    throw invalid(messageOf(thrown))
  }
}

const pathOrNull = (path: string | undefined, folder: string): string | null =>
  path === undefined || path === '' ? null : resolve(folder, path)

function reconcileMsOf(values: { 'reconcile-ms'?: string | undefined; reconcile: string }): number {
  const ms =
    values['reconcile-ms'] === undefined
      ? parseDuration(values.reconcile)
      : wholeNumber('--reconcile-ms', values['reconcile-ms'], 3_600_000)
  if (ms !== null && ms >= 100 && ms <= 3_600_000) return ms
  throw invalid(`--reconcile ${values.reconcile} is no duration from 100ms to 1h`)
}

function wholeNumber(flag: string, text: string, max: number): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number <= max) return number
  throw invalid(`${flag} ${text} is no whole number up to ${max}`)
}

const invalid = (why: string): TowpathError =>
  new TowpathError({
    code: 'SERVER_OPTION_INVALID',
    kind: 'usage',
    message: `The server was not started: ${why}.`,
    hint: 'See: towpath server --help. Nothing was changed.',
  })
