import { gzipSync } from 'node:zlib'
import type { LedgerEvent } from '@towpath/domain/ledger/event.ts'
import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { LiveScene, flaw, hoursAgo } from './testing/live-scene.ts'

let postgres: ScratchPostgres
let scene: LiveScene

beforeAll(async () => {
  postgres = await startScratchPostgres()
})
afterAll(async () => {
  await postgres?.stop()
})
beforeEach(async () => {
  scene = await LiveScene.open(postgres)
  await scene.goLive('1.0.0', { left: '1.0.0' })
  await scene.send([])
  return () => scene.close()
})

describe('advisories of the server', () => {
  it('decide all: before there are any, nothing is recorded, and what is live is unknown', async () => {
    await scene.close()
    scene = await LiveScene.open(postgres)
    await scene.goLive('1.0.0', { left: '1.0.0' })
    const before = await scene.installation.store.head()
    await scene.look()
    expect(await scene.installation.store.head()).toEqual(before)
    expect(await scene.live()).toMatchObject({
      verdict: 'unknown',
      unknowns: [expect.stringContaining('towpath advisories send')],
    })
  })

  it('are refused where they are older, fewer or cover less, unless an admin of all says so', async () => {
    await scene.send([flaw])
    await scene.api.addPrincipal('ci', [{ environment: '*', role: 'deployer' }])
    const older = await scene.send([{ ...flaw, newest: hoursAgo(2) }], { as: 'ci' })
    expect([older.status, ((await older.json()) as { code: string }).code]).toEqual([409, 'ADVISORIES_LESS'])
    expect((await scene.send([], { as: 'ci' })).status).toBe(409)
    expect((await scene.send([], { as: 'ci', replace: true })).status).toBe(403)
    expect((await scene.send([], { replace: true })).status).toBe(201)
  })

  it('judge every environment, so a role in one of them does not bring any', async () => {
    await scene.api.addPrincipal('one', [{ environment: 'guarded', role: 'deployer' }])
    expect((await scene.send([flaw], { as: 'one' })).status).toBe(403)
    const unread = await scene.api.ask('POST /v1/advisories', { as: 'one', body: { ecosystems: 'none' } })
    expect(unread.status).toBe(403)
  })

  it('are taken one bundle at a time', async () => {
    const { store } = scene.installation
    const held = Promise.withResolvers<void>()
    scene.installation.store = {
      ...store,
      transact: async (work) => {
        await held.promise
        return await store.transact(work)
      },
    }
    const both = [scene.send([flaw]), scene.send([flaw])]
    const early = await Promise.race(both)
    expect(((await early.json()) as { code: string }).code).toBe('ADVISORIES_BUSY')
    held.resolve()
    expect((await Promise.all(both)).map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201, 409,
    ])
    scene.installation.store = store
    expect((await scene.send([flaw])).status).toBe(201)
  })

  it('hide nothing by what they say of themselves, and date from no time to come', async () => {
    await scene.send([flaw], { exploited: ['CVE-2026-7'] })
    await scene.api.addPrincipal('ci', [{ environment: '*', role: 'deployer' }])
    const body = {
      ...{ source: 'a test', newest: flaw.newest, count: 1_000_000, unread: 0, partial: [], scores: {} },
      ...{ ecosystems: { npm: gzipSync('').toString('base64') }, exploited: ['CVE-2026-7'] },
    }
    const empty = await scene.api.ask('POST /v1/advisories', { as: 'ci', body })
    expect(await empty.json()).toMatchObject({
      code: 'ADVISORIES_LESS',
      detail: expect.stringContaining('0 lines of npm'),
    })
    const forgetful = await scene.send([flaw], { as: 'ci', exploited: [] })
    expect(await forgetful.json()).toMatchObject({
      code: 'ADVISORIES_LESS',
      detail: expect.stringContaining('known to be exploited'),
    })
    const future = await scene.send([{ ...flaw, newest: hoursAgo(-48) }], {
      as: 'ci',
      exploited: ['CVE-2026-7'],
    })
    expect(await future.json()).toMatchObject({ detail: expect.stringContaining('yet to come') })
  })

  it('that grew too old leave what is live unknown, not clean', async () => {
    await scene.send([{ ...flaw, name: 'nothing-of-ours', newest: hoursAgo(50) }], { replace: true })
    await scene.look()
    expect(await scene.live()).toMatchObject({
      verdict: 'unknown',
      unknowns: [expect.stringContaining('the newest advisory is of')],
    })
    const environment = await scene.api.ask('GET /v1/environments/guarded', { as: 'maker' })
    expect(await environment.json()).toMatchObject({ findings: { blocking: 0, unknowns: 1 } })
  })

  it('that are broken are refused, and those before stay', async () => {
    const body = {
      ...{ source: 'a test', newest: null, count: 9, unread: 0, partial: [], exploited: null, scores: {} },
      replace: true,
    }
    const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024))
    // As an array of lines these alone would be more than the memory of the server.
    const lineEnds = gzipSync(Buffer.alloc(200 * 1024 * 1024, '\n'))
    const oneLine = gzipSync(`left\t{"i":"${'x'.repeat(5 * 1024 * 1024)}","m":""}`)
    for (const npm of [Buffer.from('no gzip'), gzipSync('a line without its tab'), bomb, lineEnds, oneLine]) {
      const answer = await scene.api.ask('POST /v1/advisories', {
        as: 'maker',
        body: { ...body, ecosystems: { npm: npm.toString('base64') } },
      })
      expect(((await answer.json()) as { code: string }).code).toBe('ADVISORIES_UNREADABLE')
    }
    expect((await scene.findings()).advisories).toMatchObject({ count: 1 })
  })

  it('take no room once others took their place', async () => {
    const { store } = scene.installation
    const partsOf = (event: LedgerEvent & { type: 'advisories.imported' }): string[] =>
      Object.values(event.data.advisories.parts)
    await scene.send([flaw])
    const [first, second] = await scene.eventsOf('advisories.imported')
    if (first === undefined || second === undefined) throw new Error('both were imported')
    for (const digest of partsOf(first)) expect(await store.getBlob(digest)).toBeUndefined()
    for (const digest of partsOf(second)) expect(await store.getBlob(digest)).toBeDefined()
  })
})
