import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { openStore } from '@towpath/store/store.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedChain } from './ledger-seeder.ts'

describe('a seeded ledger', () => {
  let server: ScratchPostgres

  beforeAll(async () => {
    server = await startScratchPostgres()
  })
  afterAll(() => server.stop())

  test('verifies, grows on from there, and finds its keys and labels by index', async () => {
    const url = await server.createDatabase()
    const store = await openStore({ url, folds: [] })
    const event = { type: 'image.deleted', actor: 'towpath', data: { image: 'backend' } } as const
    await store.append({ ...event, idem: 'before' })
    const head = await seedChain({ url, count: 12_345 })
    expect(await store.head()).toEqual(head)
    expect((await store.append({ ...event, idem: 'before' })).appended).toBe(false)
    expect((await store.append({ ...event, idem: 'after' })).event.seq).toBe(12_347)
    expect(await store.verify({ expectedHeads: [head] })).toMatchObject({ ok: true, events: 12_347 })
    expect(await store.readEvents({ deployment: 'seeded-3' })).toHaveLength(20)
    await store.close()
  })

  test('says what the caller wants it to say', async () => {
    const url = await server.createDatabase()
    const store = await openStore({ url, folds: [] })
    const eventAt = (seq: number) => ({
      type: 'image.deleted',
      actor: 'me',
      idem: `mine/${seq}`,
      data: { image: `i${seq}` },
    })
    await seedChain({ url, count: 3, eventAt })
    expect((await store.readEvents()).map(({ idem }) => idem)).toEqual(['mine/1', 'mine/2', 'mine/3'])
    await store.close()
  })
})
