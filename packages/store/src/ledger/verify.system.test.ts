import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scratchEngines } from '../embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '../embedded/scratch-postgres.ts'
import { sampleEvent } from '../sample-ledger.ts'
import { openStore } from '../store.ts'
import { openLedgerKey } from './ledger-key.ts'
import type { LedgerKey } from './ledger-key.ts'

const EVENTS = 12

/** Statements a superuser would type after switching the triggers off. */
const free =
  'update event set seq = seq + 1000 where seq >= 5; update event set seq = seq - 999 where seq >= 1005;'
const rightlyChained = `insert into event (seq, body, prev, hash) select 5, '{"seq":5,"type":"x","idem":"x"}', hash,
  sha256(hash || convert_to('{"seq":5,"type":"x","idem":"x"}', 'UTF8')) from event where seq = 4;`
const rechain = `do $$ declare before bytea; r record; begin
  select hash into before from event where seq = 4;
  for r in select * from event where seq >= 5 order by seq loop
    update event set prev = before, hash = sha256(before || convert_to(body, 'UTF8')) where seq = r.seq returning hash into before;
  end loop;
  update ledger_head set hash = before, seq = (select max(seq) from event); end $$;`

describe.each(scratchEngines())('verify on $name', ({ start }) => {
  let server: ScratchPostgres
  let stateDir: string
  let key: LedgerKey

  beforeAll(async () => {
    server = await start()
    stateDir = await mkdtemp(join(tmpdir(), 'towpath-verify-'))
    key = await openLedgerKey(stateDir)
  })
  afterAll(async () => {
    await server.stop()
    await rm(stateDir, { recursive: true, force: true })
  })

  const openSample = async () => {
    const url = await server.createDatabase()
    const store = await openStore({
      url,
      folds: [],
      signer: (head) => key.sign({ ...head, installation: 'i-1' }),
    })
    for (let n = 1; n <= EVENTS; n += 1) await store.append(sampleEvent(`k${n}`))
    return { url, store }
  }

  const tamper = async (url: string, statements: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(
      `alter table event disable trigger user; alter table checkpoint disable trigger user; ${statements}`,
    )
    await client.end()
  }

  test('accepts an untouched ledger and an empty one', async () => {
    const { store } = await openSample()
    await store.checkpoint()
    const head = await store.head()
    expect(await store.verify({ expectedHeads: [head], publicKeyPem: key.publicKeyPem })).toEqual({
      ...{ ok: true, events: EVENTS, head, headsCompared: 2 },
    })
    await store.close()
    const empty = await openStore({ url: await server.createDatabase(), folds: [] })
    const nothing = await empty.head()
    expect(await empty.verify({ expectedHeads: [nothing] })).toMatchObject({ ok: true, events: 0 })
    await empty.close()
  })

  test.each<[string, string, { seq: number; problem: string }]>([
    [
      'a changed body',
      `update event set body = replace(body, 'k5', 'k0') where seq = 5`,
      { seq: 5, problem: 'changed' },
    ],
    [
      'a changed first body',
      `update event set body = replace(body, 'k1', 'k0') where seq = 1`,
      { seq: 1, problem: 'changed' },
    ],
    [
      'a changed last body',
      `update event set body = replace(body, 'k12', 'k0') where seq = 12`,
      { seq: 12, problem: 'changed' },
    ],
    [
      'a changed body with its own hash',
      `update event set body = replace(body, 'k5', 'k0') where seq = 5; update event set hash = sha256(prev || convert_to(body, 'UTF8')) where seq = 5`,
      { seq: 6, problem: 'changed' },
    ],
    ['a changed hash', `update event set hash = sha256(hash) where seq = 5`, { seq: 5, problem: 'changed' }],
    ['a removed row', 'delete from event where seq = 5', { seq: 5, problem: 'removed' }],
    ['a removed first row', 'delete from event where seq = 1', { seq: 1, problem: 'removed' }],
    [
      'a removed row behind which all moved up',
      'delete from event where seq = 5; update event set seq = seq - 1 where seq > 5; update ledger_head set seq = 11',
      { seq: 5, problem: 'removed' },
    ],
    [
      'two rows that changed places',
      'update event set seq = -5 where seq = 5; update event set seq = 5 where seq = 9; update event set seq = 9 where seq = -5',
      { seq: 5, problem: 'reordered' },
    ],
    [
      'two neighbours that changed places',
      'update event set seq = -5 where seq = 5; update event set seq = 5 where seq = 6; update event set seq = 6 where seq = -5',
      { seq: 5, problem: 'reordered' },
    ],
    [
      'a row put in with a right hash',
      `${free} ${rightlyChained} update ledger_head set seq = 13`,
      { seq: 5, problem: 'inserted' },
    ],
    [
      'a row put in with a wrong hash',
      `${free} insert into event (seq, body, prev, hash) values (5, '{"seq":5,"type":"x","idem":"x"}', '\\x00', '\\x00'); update ledger_head set seq = 13`,
      { seq: 5, problem: 'inserted' },
    ],
    [
      'a row put behind the head',
      `insert into event (seq, body, prev, hash) select 13, '{"seq":13,"type":"x","idem":"x"}', hash, sha256(hash || convert_to('{"seq":13,"type":"x","idem":"x"}', 'UTF8')) from event where seq = 12`,
      { seq: 13, problem: 'inserted' },
    ],
    [
      'a row put before the first',
      `insert into event (seq, body, prev, hash) values (0, '{"seq":0,"type":"x","idem":"x"}', '\\x00', '\\x00')`,
      { seq: 0, problem: 'inserted' },
    ],
    ['a cut tail', 'delete from event where seq > 9', { seq: 10, problem: 'truncated' }],
    ['an emptied ledger', 'truncate event', { seq: 1, problem: 'truncated' }],
    ['a changed head', `update ledger_head set hash = sha256(hash)`, { seq: 12, problem: 'changed' }],
  ])('names the first bad event after %s', async (_, statements, verdict) => {
    const { url, store } = await openSample()
    await tamper(url, statements)
    expect(await store.verify()).toMatchObject({ ok: false, ...verdict })
    await store.close()
  })

  test('finds a tail cut together with the head by a head that a client remembers', async () => {
    const { url, store } = await openSample()
    const remembered = await store.head()
    await tamper(
      url,
      'delete from event where seq > 9; update ledger_head set seq = 9, hash = (select hash from event where seq = 9)',
    )
    expect(await store.verify()).toMatchObject({ ok: true, events: 9 })
    expect(await store.verify({ expectedHeads: [remembered] })).toMatchObject({
      ok: false,
      seq: 10,
      problem: 'truncated',
    })
    await store.close()
  })

  test('finds a history written anew from some event on by the checkpoints around it', async () => {
    const { url, store } = await openSample()
    await store.checkpoint()
    await store.append(sampleEvent('k13'))
    await tamper(url, `update event set body = replace(body, 'k5', 'k0') where seq = 5; ${rechain}`)
    expect(await store.verify()).toMatchObject({ ok: false, seq: 1, problem: 'rewritten' })
    await tamper(url, 'delete from checkpoint')
    expect(await store.verify()).toMatchObject({ ok: true })
    await store.close()
  })

  test('finds a checkpoint that the key of the installation never signed', async () => {
    const { url, store } = await openSample()
    await store.checkpoint()
    await tamper(
      url,
      `update event set body = replace(body, 'k5', 'k0') where seq = 5; ${rechain} update checkpoint set hash = (select hash from ledger_head)`,
    )
    expect(await store.verify()).toMatchObject({ ok: true })
    expect(await store.verify({ publicKeyPem: key.publicKeyPem })).toMatchObject({
      ok: false,
      problem: 'rewritten',
    })
    await store.close()
  })
})
