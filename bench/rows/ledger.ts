import { openDatabase } from '@towpath/store/database.ts'
import type { Database } from '@towpath/store/database.ts'
import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { openStore } from '@towpath/store/store.ts'
import { ledgerViews } from '@towpath/domain/ledger/views.ts'
import { seedChain } from '@towpath/testkit/ledger-seeder.ts'
import { startServerProcess } from '@towpath/testkit/server-process.ts'
import type { ServerProcess } from '@towpath/testkit/server-process.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverBundle } from '../checkout.ts'
import { closing } from '../closing.ts'
import type { Group, RunOptions } from '../group.ts'
import { writeDocuments } from '../ledger/documents.ts'
import { historyEvent } from '../ledger/history.ts'
import { interleave, median, percentile, timed } from '../measure.ts'
import { beside, limited } from '../row.ts'
import type { Row } from '../row.ts'

const limit = 3
const smallEvents = 1_000
const statusRequests = 300

/** Two ledgers, one small and one long, on one database server: what grows with history and what does not. */
export const ledger: Group = {
  name: 'ledger',
  run: async (options: RunOptions): Promise<Row[]> => {
    const longEvents = options.quick ? 20_000 : 1_000_000
    const folder = await mkdtemp(join(tmpdir(), 'towpath-bench-ledger-'))
    const postgres = await startScratchPostgres()
    const running: Installation[] = []
    const close = async (): Promise<void> => {
      await Promise.all(running.map(({ server }) => server.stop()))
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    }
    return await closing(close, async () => {
      for (const events of [smallEvents, longEvents])
        running.push(await layHistory({ events, url: await postgres.createDatabase(), folder }))
      const [small, long] = running
      if (small === undefined || long === undefined) throw new Error('a ledger is missing')
      options.say(`  ledgers of ${smallEvents} and ${longEvents} events laid`)
      return [...(await verifyRows(long, options)), ...(await statusRows({ small, long }, options))]
    })
  },
}

interface Installation {
  server: ServerProcess
  url: string
  events: number
}

/** A server opens the ledger, so that it is a true one; history is added while it is away; then it comes back. */
async function layHistory(facts: { events: number; url: string; folder: string }): Promise<Installation> {
  const { events, url, folder } = facts
  const options = {
    stateDir: join(folder, String(events)),
    edgeImage: 'none',
    reconcileMs: 3_600_000,
    entry: serverBundle,
    env: { TOWPATH_DATABASE_URL: url },
  }
  const first = await startServerProcess(options)
  await first.stop()
  const store = await openStore({ url, folds: ledgerViews })
  const { seq: after } = await store.head()
  await store.close()
  const { seq: last } = await seedChain({ url, count: events - after, eventAt: historyEvent })
  await writeDocuments(url, { after, last })
  return { server: await startServerProcess({ ...options, tokens: first.tokens }), url, events }
}

/** Verify reads so many rows a statement, on so many connections: the bare pass over the same rows does the same. */
const rangeRows = 50_000
const rangesAtOnce = 3

/** Both passes run inside the database, where the rows are. */
async function verifyRows({ url, events }: Installation, { rounds }: RunOptions): Promise<Row[]> {
  const store = await openStore({ url, folds: ledgerViews })
  const database = openDatabase(url)
  const verify = async (): Promise<void> => {
    const verdict = await store.verify()
    if (!verdict.ok || verdict.events < events)
      throw new Error(`the ledger does not verify: ${JSON.stringify(verdict)}`)
  }
  try {
    const contenders = { bare: () => timed(() => hashAll(database, events)), verify: () => timed(verify) }
    const took = await interleave(contenders, rounds)
    const [bareMs, verifyMs] = [median(took.bare), median(took.verify)]
    return [
      limited(`verify of ${counted(events)} events, over a bare SHA-256 pass`, {
        value: verifyMs / bareMs,
        unit: 'x',
        limit,
      }),
      beside('verify: bare SHA-256 pass over the same rows', bareMs, 'ms'),
      beside('verify: whole', verifyMs, 'ms'),
    ]
  } finally {
    await database.close()
    await store.close()
  }
}

/** SHA-256 of every row's text and nothing else: no link compared, no order, no place. */
async function hashAll(database: Database, events: number): Promise<void> {
  const starts = Array.from(
    { length: Math.ceil(events / rangeRows) },
    (_, index) => index * rangeRows,
  ).values()
  const worker = async (): Promise<void> => {
    for (const start of starts) await hashRange(database, start)
  }
  await Promise.all(Array.from({ length: rangesAtOnce }, worker))
}

const hashRange = ({ kysely }: Database, start: number): Promise<unknown> =>
  kysely
    .selectFrom('event')
    .select((row) => {
      const text = row.fn('convert_to', ['body', row.val('UTF8')])
      return row.fn.sum<number>(row.fn('length', [row.fn('sha256', [text])])).as('bytes')
    })
    .where('seq', '>', start)
    .where('seq', '<=', start + rangeRows)
    .executeTakeFirstOrThrow()

async function statusRows(
  { small, long }: Record<'small' | 'long', Installation>,
  { quick }: RunOptions,
): Promise<Row[]> {
  const ask = ({ server }: Installation) => timed(() => server.get('/v1/environments'))
  const contenders = { small: () => ask(small), long: () => ask(long) }
  await interleave(contenders, 30)
  const took = await interleave(contenders, quick ? 60 : statusRequests)
  const [smallMs, longMs] = [percentile(took.small, 0.95), percentile(took.long, 0.95)]
  return [
    limited(`status p95 at ${counted(long.events)} events, over p95 at ${counted(small.events)}`, {
      value: longMs / smallMs,
      unit: 'x',
      limit,
    }),
    beside(`status p95: at ${counted(small.events)} events`, smallMs, 'ms'),
    beside(`status p95: at ${counted(long.events)} events`, longMs, 'ms'),
  ]
}

const counted = (events: number): string => events.toLocaleString('en-US')
