import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { acquireControllerLock } from './controller-lock.ts'
import { scratchEngines } from './embedded/scratch-postgres.ts'
import type { ScratchPostgres } from './embedded/scratch-postgres.ts'
import { openStore } from './store.ts'

describe.each(scratchEngines())('the controller lock on $name', ({ start }) => {
  let server: ScratchPostgres
  let url: string

  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.stop())
  beforeEach(async () => {
    url = await server.createDatabase()
    await (await openStore({ url, folds: [] })).close()
  })

  const never = (reason: string): void => expect.unreachable(reason)
  const acquire = (instance: string, wait = false) =>
    acquireControllerLock(url, { instance, wait, onLost: never })

  test('refuses a second controller and names the first', async () => {
    const first = await acquire('first')
    await expect(acquire('second')).rejects.toMatchObject({
      code: 'CONTROLLER_RUNNING',
      kind: 'locked',
      message: expect.stringContaining('first') as string,
    })
    await first.release()
  })

  test('lets a standby in when the first lets go, with a higher fence', async () => {
    const first = await acquire('first')
    const standby = acquire('standby', true)
    await sleep(50)
    await first.release()
    const second = await standby
    expect(second.fence).toBeGreaterThan(first.fence)
    await second.release()
  })

  test('never gives one fence to two of many that start at once', async () => {
    const locks = await Promise.allSettled(Array.from({ length: 5 }, (_, index) => acquire(`c${index}`)))
    const won = locks.flatMap((lock) => (lock.status === 'fulfilled' ? [lock.value] : []))
    expect(won).toHaveLength(1)
    await won[0]?.release()
    const next = await acquire('next')
    expect(next.fence).toBe((won[0]?.fence ?? 0) + 1)
    await next.release()
  })

  test('tells its holder once when the connection is gone', async () => {
    const reasons: string[] = []
    const lost = new Promise<void>((resolve) => {
      const onLost = (reason: string): void => {
        reasons.push(reason)
        resolve()
      }
      void acquireControllerLock(url, { instance: 'first', wait: false, onLost }).then(() => cut(url))
    })
    await lost
    await sleep(100)
    expect(reasons).toHaveLength(1)
    await (await acquire('second', true)).release()
  })

  test('tells its holder when somebody else raised the fence', async () => {
    const lost = new Promise<string>((resolve) => {
      void acquireControllerLock(url, { instance: 'first', wait: false, onLost: resolve }).then(() =>
        run(url, 'update controller set fence = fence + 1'),
      )
    })
    expect(await lost).toMatch(/fence/)
  })

  test('stops standing by when told to', async () => {
    const first = await acquire('first')
    const stop = new AbortController()
    const standby = acquireControllerLock(url, {
      instance: 's',
      wait: true,
      onLost: never,
      signal: stop.signal,
    })
    setTimeout(() => stop.abort(), 50)
    await expect(standby).rejects.toThrow(/abort/)
    await first.release()
  })
})

const cut = (url: string): Promise<void> =>
  run(
    url,
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'towpath controller' and datname = current_database()",
  )

const run = async (url: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}
