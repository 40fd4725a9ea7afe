import pg from 'pg'
import { migrations } from './migrations.js'
import { log } from './service/request-counts.js'

const advisoryLock = 4_611_002
const schemaName = /^[a-z_][a-z0-9_]*$/

/**
 * Brings the database to this release's level and exits: 0 done, 1 failed and nothing applied, 3 the database is newer
 * than this release. Every run that reaches the database leaves one row in migration_run.
 */
export const migrate = async (env) => {
  const release = env.RELEASE ?? 'unknown'
  const level = Number(env.SCHEMA_LEVEL ?? 1)
  const client = new pg.Client({ connectionString: env.DATABASE_URL, connectionTimeoutMillis: 5_000 })
  try {
    await client.connect()
    await prepare(client, env.DATABASE_SCHEMA ?? 'public')
    await client.query('insert into migration_run (release, deployment) values ($1, $2)', [
      release,
      env.TOWPATH_DEPLOYMENT ?? null,
    ])
    const present = await presentLevel(client)
    if (present > level) {
      log('database is newer than this release', { release, level, present })
      return 3
    }
    await apply(client, { present, level })
    log('migrated', { release, from: present, to: level })
    return 0
  } catch (fault) {
    log('migration failed', { release, fault: fault.message || fault.code })
    return 1
  } finally {
    await client.end().catch(() => {})
  }
}

/** The lock is held until the connection ends: two migrators take turns, and a killed one leaves none behind. */
const prepare = async (client, schema) => {
  if (!schemaName.test(schema)) throw new Error(`"${schema}" is no schema name`)
  await client.query("set lock_timeout = '30s'; set statement_timeout = '60s'")
  await client.query('select pg_advisory_lock($1)', [advisoryLock])
  await client.query(`create schema if not exists ${schema}; set search_path = ${schema}`)
  await client.query(`
    create table if not exists schema_migration (level integer primary key, name text not null, at timestamptz not null default now());
    create table if not exists migration_run (
      id bigint generated always as identity primary key, release text not null, deployment text, at timestamptz not null default now()
    )`)
}

const presentLevel = async (client) => {
  const { rows } = await client.query('select coalesce(max(level), 0) as level from schema_migration')
  return rows[0].level
}

/** All missing steps in one transaction: a fault leaves the database as it was. */
const apply = async (client, { present, level }) => {
  await client.query('begin')
  try {
    for (const step of migrations.filter((step) => step.level > present && step.level <= level)) {
      await client.query(step.sql)
      await client.query('insert into schema_migration (level, name) values ($1, $2)', [
        step.level,
        step.name,
      ])
    }
    await client.query('commit')
  } catch (fault) {
    await client.query('rollback').catch(() => {})
    throw fault
  }
}
