import pg from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import { die, startService } from '../service/start-service.js'
import { openEvents, socketOpener } from './streams.js'

const slowMsMax = 60_000
const bodyBytesMax = 10_000

/** The backend: items in PostgreSQL, and a few paths that let a test see how it is replaced. */
export const serve = (env) => {
  const database = new pg.Pool({
    connectionString: env.DATABASE_URL,
    options: `-c search_path=${env.DATABASE_SCHEMA ?? 'public'} -c statement_timeout=5000`,
    max: 4,
    connectionTimeoutMillis: 3_000,
  })
  // Without a listener the pool would end the process when an idle connection breaks.
  database.on('error', () => {})

  startService({
    name: 'backend',
    port: Number(env.BACKEND_PORT ?? 4000),
    address: env.BACKEND_INTERFACE ?? '0.0.0.0',
    isHealthy: () => reachable(database),
    beforeExit: () => database.end(),
    streams: { 'GET /events': openEvents },
    sockets: { '/socket': socketOpener(env.RELEASE ?? 'unknown') },
    routes: {
      'GET /': async () => ({ status: 200, body: { service: 'backend', release: env.RELEASE } }),
      'GET /items': async () => {
        const { rows } = await database.query({
          name: 'items',
          text: 'select id, name from item order by id desc limit 20',
        })
        return { status: 200, body: rows }
      },
      'POST /items': async (_url, request) => {
        const { name } = JSON.parse(await readBody(request))
        const { rows } = await database.query('insert into item (name) values ($1) returning id, name', [
          String(name),
        ])
        return { status: 201, body: rows[0] }
      },
      'GET /slow': async (url) => {
        const ms = Math.min(Number(url.searchParams.get('ms') ?? 3_000) || 0, slowMsMax)
        await sleep(ms)
        return { status: 200, body: { sleptMs: ms } }
      },
      'GET /crash': async () => die('crashed by GET /crash'),
    },
  })
}

/** Null when the database answers, else why it does not. */
const reachable = async (database) => {
  try {
    await database.query('select 1')
    return null
  } catch (fault) {
    return `database: ${fault.message || fault.code}`
  }
}

const readBody = async (request) => {
  let body = ''
  for await (const chunk of request) {
    body += chunk
    if (body.length > bodyBytesMax) throw Object.assign(new Error('body too long'), { status: 413 })
  }
  return body
}
