import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { scratchEngines } from '../embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '../embedded/scratch-postgres.ts'
import { collect, sampleEvent } from '../sample-ledger.ts'
import { openStore } from '../store.ts'
import type { Store } from '../store.ts'
import type { FollowOptions } from './follow.ts'

describe.each(scratchEngines())('following the ledger on $name', ({ start }) => {
  let server: ScratchPostgres
  let url: string
  let store: Store

  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.stop())
  beforeEach(async () => {
    url = await server.createDatabase()
    store = await openStore({ url, folds: [] })
  })
  afterEach(() => store.close())

  const append = async (from: number, to: number): Promise<void> => {
    for (let n = from; n <= to; n += 1)
      await store.append(sampleEvent(`k${n}`, { environment: n % 2 ? 'staging' : 'production' }))
  }

  /** Follows until `last` was seen, then stops; the answer is what was seen. */
  const followUntil = async (last: number, options: Omit<FollowOptions, 'signal'>): Promise<number[]> => {
    const stop = new AbortController()
    const seen: number[] = []
    for await (const { seq } of store.follow({ ...options, signal: stop.signal })) {
      seen.push(seq)
      if (seq === last) stop.abort()
    }
    return seen
  }

  const upTo = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index)

  test('gives what is there and what comes, each once and in order', async () => {
    await append(1, 5)
    const following = followUntil(30, { after: 0 })
    await append(6, 30)
    expect(await following).toEqual(upTo(1, 30))
  })

  test('goes on where a reader left off', async () => {
    await append(1, 5)
    expect(await followUntil(3, { after: 0 })).toEqual([1, 2, 3])
    expect(await followUntil(5, { after: 3 })).toEqual([4, 5])
  })

  test('gives only what was asked for', async () => {
    const following = followUntil(8, { after: 2, filter: { environment: 'production' } })
    await append(1, 8)
    expect(await following).toEqual([4, 6, 8])
  })

  test('serves many followers and a slow one alike', async () => {
    const slow = (async () => {
      const seen: number[] = []
      for await (const { seq } of store.follow({ after: 0, signal: new AbortController().signal })) {
        seen.push(seq)
        await sleep(5)
        if (seq === 40) return seen
      }
      return seen
    })()
    const others = Array.from({ length: 10 }, () => followUntil(40, { after: 0 }))
    await append(1, 40)
    for (const seen of await Promise.all([slow, ...others])) expect(seen).toEqual(upTo(1, 40))
  })

  test('loses and repeats nothing when every connection is cut in between', async () => {
    const following = followUntil(20, { after: 0 })
    await append(1, 10)
    await cutConnections(url)
    await sleep(50)
    await retrying(() => append(11, 20))
    expect(await following).toEqual(upTo(1, 20))
  })

  test('ends quietly when the store closes', async () => {
    const following = collect(store.follow({ after: 0, signal: new AbortController().signal }))
    await append(1, 2)
    await sleep(100)
    await store.close()
    expect((await following).map(({ seq }) => seq)).toEqual([1, 2])
  })
})

const cutConnections = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  await client.end()
}

const retrying = async (work: () => Promise<void>): Promise<void> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work()
    } catch (thrown) {
      if (attempt === 20) throw thrown
      await sleep(50)
    }
  }
}
