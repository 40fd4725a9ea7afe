import type { DatabaseProbe } from '@towpath/app/ports/database-probe.ts'
import type { SeenDatabase } from '@towpath/domain/adoption/online/online-facts.ts'
import { Socket } from 'node:net'
import type { SocketConnectOpts } from 'node:net'
import { Client, type ClientConfig } from 'pg'
import { parseIntoClientConfig } from 'pg-connection-string'

type Unreachable = { reachable: false; why: string }

/** SQLSTATE classes of a refused log-in and their like (PostgreSQL manual, appendix A). */
const REFUSALS: Record<string, string> = {
  '28P01': 'the server refuses the user or the password',
  '28000': 'the server does not let this user in from here, or wants TLS (see its pg_hba.conf)',
  '3D000': 'the server has no database by that name',
  '42501': 'the user may not connect to this database',
  '53300': 'the server has no connection left',
  '57P03': 'the server is starting up or shutting down',
  '57P01': 'the server is shutting down',
}

/** Faults before the server spoke. */
const FAULTS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens at that address and port',
  ENOTFOUND: 'its host name does not resolve',
  EAI_AGAIN: 'its host name does not resolve now',
  ECONNRESET: 'the connection was cut, by the server or on the way',
  EHOSTUNREACH: 'no way leads to its host',
  ENETUNREACH: 'no way leads to its network',
  ETIMEDOUT: 'its host does not answer',
}

/**
 * Logs in and asks for the version, then leaves. Every answer is in words of our own: those of the driver may repeat the
 * URL, and with it the password. `sslmode` means what it means to libpq, as it does to most applications.
 */
export function postgresProbe({ wayTo }: PostgresProbeOptions = {}): DatabaseProbe {
  const asked = async <T>({ url, at }: Asked, question: Question<T>): Promise<T | Unreachable> => {
    const config = configOf(url)
    if (config === null) return no('the setting is not a postgres:// URL')
    if (wayTo === undefined && at === null) return await ask(config, question)
    const place = { host: at ?? config.host ?? 'localhost', port: config.port ?? 5432 }
    const way = wayTo === undefined ? place : { path: await wayTo(place) }
    return await ask(bySocket(config, way), question)
  }
  return {
    reach: (url, deadlineMs, at = null) => asked({ url, at }, { deadlineMs, put: versionOf }),
    room: (url, deadlineMs, at = null) => asked({ url, at }, { deadlineMs, put: roomOf }),
  }
}

export interface PostgresProbeOptions {
  /** Socket here that leads to a port as another host sees it, where databases are asked from there. What it throws, `reach` throws. */
  wayTo?: (place: { host: string; port: number }) => Promise<string>
}

interface Asked {
  url: string
  at: string | null
}

/** Only where the bytes go changes: the name that TLS checks stays the database's. */
const bySocket = (config: ClientConfig, way: SocketConnectOpts): ClientConfig => ({
  ...config,
  stream: () => new LedSocket(way),
})

/** The driver asks it to connect to the URL's host; it goes the way that it was made for. */
class LedSocket extends Socket {
  readonly #way: SocketConnectOpts

  constructor(way: SocketConnectOpts) {
    super()
    this.#way = way
  }

  override connect(): this {
    return super.connect(this.#way)
  }
}

/** What is asked of a database once it lets us in. */
interface Question<T> {
  deadlineMs: number
  put: (client: Client) => Promise<T>
}

async function ask<T>(config: ClientConfig, { deadlineMs, put }: Question<T>): Promise<T | Unreachable> {
  const client = new Client({ ...config, connectionTimeoutMillis: deadlineMs, query_timeout: deadlineMs })
  // The connection may break again while it is given up; without a listener that would end the process.
  client.on('error', () => {})
  const deadline = after(deadlineMs)
  try {
    return await Promise.race([
      client.connect().then(() => put(client)),
      deadline.passed.then(() => no(tooLate(deadlineMs))),
    ])
  } catch (thrown) {
    return no(whyOf(thrown, deadlineMs))
  } finally {
    deadline.cancel()
    leave(client)
  }
}

async function versionOf(client: Client): Promise<{ reachable: true; version: string }> {
  const { rows } = await client.query<{ version: string }>('select version()')
  // "PostgreSQL 18.1 on x86_64-…": what it was built with is of no use to a reader.
  return { reachable: true, version: (rows[0]?.version ?? '').split(' ').slice(0, 2).join(' ') }
}

/** The settings are those of the manual's section on connections; `reserved_connections` came with PostgreSQL 16. -1 is no limit. */
const CONNECTIONS = `
  select
    current_setting('max_connections')::int
      - current_setting('superuser_reserved_connections')::int
      - coalesce(current_setting('reserved_connections', true)::int, 0) as server,
    (select datconnlimit from pg_database where datname = current_database()) as database,
    (select rolconnlimit from pg_roles where rolname = current_user) as role,
    (select coalesce(sum(numbackends), 0)::int from pg_stat_database) as open`

/** Who speaks PostgreSQL and is none may not know these settings: then the limit is not known, and it answers all the same. */
async function roomOf(client: Client): Promise<SeenDatabase> {
  const reached = await versionOf(client)
  const connections = await client
    .query<Record<'server' | 'database' | 'role' | 'open', number>>(CONNECTIONS)
    .then(
      ({ rows: [row] }) => {
        if (row === undefined) return null
        const limits = [row.server, row.database, row.role].filter((limit) => limit >= 0)
        return { allowed: Math.min(...limits), open: row.open }
      },
      () => null,
    )
  return { ...reached, connections }
}

function configOf(url: string): ClientConfig | null {
  if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) return null
  try {
    return parseIntoClientConfig(withLibpqMeaning(url))
  } catch {
    return null
  }
}

/** Otherwise the driver checks certificates where libpq's `require` does not, and warns on the console. */
function withLibpqMeaning(url: string): string {
  const parsed = new URL(url)
  parsed.searchParams.set('uselibpqcompat', 'true')
  return parsed.href
}

function whyOf(thrown: unknown, deadlineMs: number): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const known = REFUSALS[code] ?? FAULTS[code]
  if (known !== undefined) return known
  const words = thrown instanceof Error ? thrown.message : ''
  if (/timeout/i.test(words)) return tooLate(deadlineMs)
  if (/SSL|TLS|certificate/i.test(words) || /CERT|SSL|TLS/.test(code))
    return 'TLS could not be agreed on (see sslmode)'
  if (/terminated|closed/i.test(words)) return 'the connection was cut, by the server or on the way'
  if (/password|SASL|SCRAM/i.test(words))
    return 'the server wants a password that the URL does not hold in a usable form'
  return code === '' ? 'it answers, but not as PostgreSQL does' : `the server refuses with code ${code}`
}

const tooLate = (deadlineMs: number): string => `no answer within ${deadlineMs} ms`

const no = (why: string): Unreachable => ({ reachable: false, why })

/** Nobody waits for the good-bye: a server that hangs would hold us again. */
function leave(client: Client): void {
  client.end().catch(() => {})
  const { stream } = client.connection as { stream?: { destroy(): void } }
  setTimeout(() => stream?.destroy(), 100).unref()
}

function after(deadlineMs: number): { passed: Promise<void>; cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, deadlineMs)
  return { passed: promise, cancel: () => clearTimeout(timer) }
}
