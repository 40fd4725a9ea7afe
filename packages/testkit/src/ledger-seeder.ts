import { createHash } from 'node:crypto'
import pg from 'pg'

/** A chain to write: how many events, and what each says. */
export interface SeedOptions {
  url: string
  /** Events to add after those already there. */
  count: number
  /** Everything of the event but `seq` and `at`, keys in the ledger's order; a deployment's step when absent. */
  eventAt?: (seq: number) => Record<string, unknown>
}

interface Head {
  seq: number
  hash: Buffer
}

interface Batch {
  seqs: number[]
  bodies: string[]
  prevs: Buffer[]
  hashes: Buffer[]
}

const BATCH_EVENTS = 5_000
const WRITERS = 2
const FIRST_AT_MS = Date.UTC(2026, 0, 1)
const EVENT_EVERY_MS = 20_000

/**
 * Adds `count` chain-correct events to a migrated database as fast as it takes them, moves the head
 * and returns it. Documents are not folded: call `rebuildViews` where they matter. Alone on the
 * database only: it drops the secondary indexes while it writes and makes them again.
 */
export const seedChain = async (options: SeedOptions): Promise<{ seq: number; hash: string }> => {
  const clients = await Promise.all(Array.from({ length: WRITERS }, () => connect(options.url)))
  const [first] = clients
  if (first === undefined) throw new Error('no connection')
  try {
    const start = await readHead(first)
    const indexes = await dropIndexes(first)
    const chain = makeChain(start, options)
    await Promise.all(clients.map((client) => write(client, chain)))
    for (const definition of indexes) await first.query(definition)
    const end = await readLast(first)
    await first.query('update ledger_head set seq = $1, hash = $2', [end.seq, end.hash])
    await first.query('vacuum analyze event')
    return { seq: end.seq, hash: end.hash.toString('hex') }
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
}

/** The chain itself, one batch at a time; writers share the one generator, so memory stays small. */
function* makeChain(
  start: Head,
  { count, eventAt = deploymentStep }: SeedOptions,
): Generator<Batch, undefined> {
  let { seq, hash } = start
  const last = seq + count
  while (seq < last) {
    const batch: Batch = { seqs: [], bodies: [], prevs: [], hashes: [] }
    while (seq < last && batch.seqs.length < BATCH_EVENTS) {
      seq += 1
      const at = new Date(FIRST_AT_MS + seq * EVENT_EVERY_MS).toISOString()
      const body = JSON.stringify({ seq, at, ...eventAt(seq) })
      batch.seqs.push(seq)
      batch.bodies.push(body)
      batch.prevs.push(hash)
      hash = createHash('sha256').update(hash).update(body, 'utf8').digest()
      batch.hashes.push(hash)
    }
    yield batch
  }
  return undefined
}

const write = async (client: pg.Client, chain: Generator<Batch, undefined>): Promise<void> => {
  // Not `for ... of`: that would close the shared generator for the other writer on an early exit.
  for (let next = chain.next(); next.done !== true; next = chain.next()) {
    const { seqs, bodies, prevs, hashes } = next.value
    await client.query(
      `insert into event (seq, body, prev, hash)
       select * from unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[])`,
      [seqs, bodies, prevs, hashes],
    )
  }
}

const connect = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url, application_name: 'towpath seeder' })
  await client.connect()
  await client.query("set synchronous_commit = off; set maintenance_work_mem = '256MB'")
  return client
}

const readHead = async (client: pg.Client): Promise<Head> => {
  const { rows } = await client.query<{ seq: string; hash: Buffer }>('select seq, hash from ledger_head')
  return toHead(rows)
}

const readLast = async (client: pg.Client): Promise<Head> => {
  const { rows } = await client.query<{ seq: string; hash: Buffer }>(
    'select seq, hash from event order by seq desc limit 1',
  )
  return toHead(rows)
}

const toHead = ([row]: { seq: string; hash: Buffer }[]): Head => {
  if (row === undefined) throw new Error('the database holds no ledger; open the store once before seeding')
  return { seq: Number(row.seq), hash: row.hash }
}

/** Drops every index but the primary key and returns the statements that make them again. */
const dropIndexes = async (client: pg.Client): Promise<string[]> => {
  const { rows } = await client.query<{ indexname: string; indexdef: string }>(
    `select indexname, indexdef from pg_indexes
     where schemaname = current_schema() and tablename = 'event' and indexname <> 'event_pkey'`,
  )
  for (const { indexname } of rows) await client.query(`drop index "${indexname}"`)
  return rows.map(({ indexdef }) => indexdef)
}

const deploymentStep = (seq: number): Record<string, unknown> => {
  const deployment = Math.ceil(seq / 20)
  return {
    type: 'deployment.step',
    actor: 'towpath',
    idem: `seed/${seq}`,
    environment: deployment % 2 === 0 ? 'production' : 'staging',
    release: `1.${Math.ceil(deployment / 4)}.0`,
    deployment: `seeded-${deployment}`,
    service: 'backend',
    data: {
      step: seq % 20,
      digest: `sha256:${createHash('sha256').update(String(seq)).digest('hex')}`,
      note: 'x'.repeat(80),
    },
  }
}
