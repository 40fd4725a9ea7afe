import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { removeEmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts'

/** A server for one test file: empty databases on demand, all gone at the end. */
export interface ScratchPostgres {
  /** For the list of real engines a test run used. */
  name: string
  createDatabase(): Promise<string>
  stop(): Promise<void>
}

/** A way to get a scratch server: `embedded`, or the one of TOWPATH_TEST_DATABASE_URL. */
export interface ScratchEngine {
  name: string
  start: () => Promise<ScratchPostgres>
}

/** The engines every test of the store runs on; the second needs a role that may create databases. */
export const scratchEngines = (env: NodeJS.ProcessEnv = process.env): ScratchEngine[] => {
  const given = env['TOWPATH_TEST_DATABASE_URL']
  const embedded = { name: 'embedded PostgreSQL', start: startScratchPostgres }
  return given === undefined
    ? [embedded]
    : [embedded, { name: 'given PostgreSQL', start: () => useServer(given) }]
}

/** An embedded server in a fresh temporary folder. */
export const startScratchPostgres = async (): Promise<ScratchPostgres> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'towpath-scratch-'))
  const server = await startEmbeddedPostgres({ dataDir })
  // Nothing here has to survive a power cut, and creating a database is mostly waiting for the disk.
  await run(server.url, 'alter system set fsync = off')
  await run(server.url, 'select pg_reload_conf()')
  const scratch = await useServer(server.url)
  return { ...scratch, stop: () => removeEmbeddedPostgres({ dataDir }, { engine: false }) }
}

const useServer = async (url: string): Promise<ScratchPostgres> => {
  const created: string[] = []
  const [version] = await run(url, 'show server_version')
  return {
    name: `PostgreSQL ${String(version?.['server_version'])}`,
    createDatabase: async () => {
      const name = `towpath_scratch_${randomBytes(6).toString('hex')}`
      await run(url, `create database ${name}`)
      created.push(name)
      const own = new URL(url)
      own.pathname = `/${name}`
      return own.href
    },
    stop: async () => {
      for (const name of created) await run(url, `drop database if exists ${name} with (force)`)
    },
  }
}

const run = async (url: string, statement: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    query_timeout: 60_000,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}
