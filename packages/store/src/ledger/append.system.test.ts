import pg from 'pg'
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest'
import { scratchEngines } from '../embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '../embedded/scratch-postgres.ts'
import { collect, sampleEvent, tallyFold } from '../sample-ledger.ts'
import { openStore } from '../store.ts'
import type { Store } from '../store.ts'

describe.each(scratchEngines())('the ledger on $name', ({ start }) => {
  let server: ScratchPostgres
  let url: string
  let store: Store

  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.stop())
  beforeEach(async () => {
    url = await server.createDatabase()
    store = await openStore({ url, folds: [tallyFold] })
  })
  afterEach(() => store.close())

  test('stores an event once, however often it is appended, and folds it once', async () => {
    const first = await store.append(sampleEvent('k1', { release: '1.0.0' }))
    const again = await store.append(sampleEvent('k1', { release: '1.0.0' }))
    expect(first.appended).toBe(true)
    expect(again).toEqual({ event: first.event, appended: false })
    expect(await store.head()).toMatchObject({ seq: 1 })
    expect((await store.view(tallyFold, '1.0.0'))?.state).toEqual({ count: 1, keys: ['k1'] })
  })

  test('gives twenty writers one order without gaps and loses nothing', async () => {
    const writers = Array.from({ length: 20 }, async (_, writer) => {
      for (let n = 0; n < 5; n += 1) await store.append(sampleEvent(`${writer}/${n}`, { release: '1.0.0' }))
    })
    await Promise.all(writers)
    const events = await store.readEvents({ limit: 1_000 })
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
    expect(new Set(events.map(({ idem }) => idem)).size).toBe(100)
    expect((await store.view(tallyFold, '1.0.0'))?.state.keys).toEqual(events.map(({ idem }) => idem))
    expect(await store.verify()).toMatchObject({ ok: true, events: 100 })
  })

  test('lets one of many win when all append under one key', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => store.append(sampleEvent('same'))))
    expect(answers.filter(({ appended }) => appended)).toHaveLength(1)
    expect(new Set(answers.map(({ event }) => event.seq)).size).toBe(1)
  })

  test('keeps nothing of a transaction that fails, neither events, documents nor inputs', async () => {
    const before = await store.head()
    const failing = store.transact(async (tx) => {
      await tx.append(sampleEvent('k1', { release: '1.0.0' }))
      await tx.putBlob(Buffer.from('input'))
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await store.head()).toEqual(before)
    expect(await store.view(tallyFold, '1.0.0')).toBeUndefined()
    expect(
      await store.getBlob('c96c6d5be8d08a12e7b5cdc1b207fa6b2430974c86803d8891675e76fd992c20'),
    ).toBeUndefined()
  })

  test('never reports success for a transaction whose failed append was swallowed', async () => {
    const swallowing = store.transact(async (tx) => {
      await tx.append(sampleEvent('x'.repeat(5_000))).catch(() => {})
      return 'fine'
    })
    await expect(swallowing).rejects.toMatchObject({ code: 'EVENT_TOO_LARGE' })
  })

  test('makes a decision and its event one: of twenty that see a free place one takes it', async () => {
    const take = (name: string) =>
      store.transact(async (tx) => {
        const seat = await tx.view(tallyFold, 'seat')
        if (seat === undefined) await tx.append(sampleEvent(name, { release: 'seat' }))
      })
    await Promise.all(Array.from({ length: 20 }, (_, index) => take(`taker/${index}`)))
    expect((await store.view(tallyFold, 'seat'))?.state.count).toBe(1)
  })

  test('shows a transaction its own events, in the order of its calls', async () => {
    const seen = await store.transact(async (tx) => {
      const appends = ['a', 'b', 'c'].map((idem) => tx.append(sampleEvent(idem, { release: '1.0.0' })))
      const tally = tx.view(tallyFold, '1.0.0')
      await Promise.all(appends)
      return { head: tx.head().seq, keys: (await tally)?.state.keys }
    })
    expect(seen).toEqual({ head: 3, keys: ['a', 'b', 'c'] })
  })

  test('reads events by label, type and place, oldest or newest first', async () => {
    for (let n = 1; n <= 6; n += 1) {
      await store.append(
        sampleEvent(`k${n}`, { environment: n % 2 ? 'staging' : 'production', deployment: `d${n}` }),
      )
    }
    const seqs = async (query: Parameters<Store['readEvents']>[0]) =>
      (await store.readEvents(query)).map(({ seq }) => seq)
    expect(await seqs({ environment: 'staging' })).toEqual([1, 3, 5])
    expect(await seqs({ environment: 'staging', after: 1, limit: 1 })).toEqual([3])
    expect(await seqs({ deployment: 'd4' })).toEqual([4])
    expect(await seqs({ order: 'newest', before: 5, limit: 2 })).toEqual([4, 3])
    expect(await seqs({ types: ['image.deleted'], limit: 2 })).toEqual([1, 2])
    expect(await seqs({ types: ['drift.found'] })).toEqual([])
    expect(await seqs({ types: [] })).toEqual([])
  })

  test('takes hostile text without failing and hands out what it stored', async () => {
    const hostile = `'; drop table event; --\0\ud800\\u0000 "quoted" \n 💥`
    const { event } = await store.append({
      ...sampleEvent(`k${hostile}`, { release: hostile }),
      actor: hostile,
    })
    expect((await store.readEvents({}))[0]).toEqual(event)
    expect((await store.append({ ...sampleEvent(`k${hostile}`), actor: 'again' })).appended).toBe(false)
    expect(await store.verify()).toMatchObject({ ok: true })
  })

  test('lists documents newest first, page after page, each once', async () => {
    for (let n = 1; n <= 7; n += 1) await store.append(sampleEvent(`k${n}`, { release: `1.${n}.0` }))
    await store.append(sampleEvent('touch', { release: '1.1.0' }))
    const first = await store.listViews(tallyFold, { limit: 3 })
    const rest = await store.listViews(tallyFold, { limit: 10, ...(first.next && { cursor: first.next }) })
    expect(first.items.map(({ id }) => id)).toEqual(['1.7.0', '1.6.0', '1.5.0'])
    expect(rest.items.map(({ id }) => id)).toEqual(['1.4.0', '1.3.0', '1.2.0', '1.1.0'])
    expect(rest.next).toBeUndefined()
    await expect(store.listViews(tallyFold, { cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'BAD_CURSOR',
    })
  })

  test('folds the whole history again into the same documents, also when a fold changed', async () => {
    for (let n = 0; n < 30; n += 1) await store.append(sampleEvent(`k${n}`, { release: `1.${n % 4}.0` }))
    const live = await store.listViews(tallyFold)
    await store.rebuildViews()
    expect(await store.listViews(tallyFold)).toEqual(live)
    const doubled = { ...tallyFold, version: 2, fold: () => ({ count: 99, keys: [] }) }
    const upgraded = await openStore({ url, folds: [doubled] })
    expect((await upgraded.view(doubled, '1.1.0'))?.state.count).toBe(99)
    await upgraded.close()
  })

  test('keeps inputs by their digest', async () => {
    const bytes = Buffer.from([0, 255, 10, 13])
    const digest = await store.putBlob(bytes)
    expect(await store.putBlob(bytes)).toBe(digest)
    expect(await store.getBlob(digest)).toEqual(bytes)
    expect(await store.getBlob('00'.repeat(32))).toBeUndefined()
  })

  test('streams every row with the exact text that was hashed', async () => {
    for (let n = 1; n <= 3; n += 1) await store.append(sampleEvent(`k${n}`))
    const rows = await collect(store.streamRows(1))
    expect(rows.map(({ seq }) => seq)).toEqual([2, 3])
    expect(rows[1]?.prev).toBe(rows[0]?.hash)
    expect(await store.hashAt(3)).toBe(rows[1]?.hash)
    expect(await store.hashAt(4)).toBeUndefined()
  })

  test.each([
    ["update event set body = '{}'"],
    ['delete from event'],
    ['truncate event'],
    ['delete from checkpoint'],
  ])('refuses to be rewritten by SQL: %s', async (statement) => {
    await store.append(sampleEvent('k1'))
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await expect(client.query(statement)).rejects.toThrow(/append-only/)
    await client.end()
  })

  test('is opened by several at once without meeting in the migration', async () => {
    const fresh = await server.createDatabase()
    const stores = await Promise.all(
      Array.from({ length: 4 }, () => openStore({ url: fresh, folds: [tallyFold] })),
    )
    expect(await stores[0]?.append(sampleEvent('k1'))).toMatchObject({ appended: true })
    await Promise.all(stores.map((each) => each.close()))
  })
})
