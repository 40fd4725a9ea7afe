import { createHash } from 'node:crypto'
import { startScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import type { ScratchPostgres } from '@towpath/store/embedded/scratch-postgres.ts'
import { verifySignedHead } from '@towpath/store/ledger/signed-head.ts'
import type { SignedHead } from '@towpath/store/ledger/signed-head.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openApiUnderTest } from './testing/api-under-test.ts'
import type { ApiUnderTest } from './testing/api-under-test.ts'
import { createShopRelease } from './testing/shop.ts'

let postgres: ScratchPostgres
let subject: ApiUnderTest

beforeAll(async () => {
  postgres = await startScratchPostgres()
  subject = await openApiUnderTest(postgres, { places: 3 })
  await subject.addPrincipal('admin', [{ environment: '*', role: 'admin' }])
})
afterAll(async () => {
  await subject?.close()
  await postgres?.stop()
})

/** Something new in the ledger of an environment. */
const happen = async (environment = 'staging'): Promise<number> => {
  const { event } = await subject.installation.store.append({
    type: 'drift.found',
    actor: 'towpath',
    idem: subject.installation.newId('test'),
    environment,
    data: { found: ['something\nover two lines\r\nand more'] },
  })
  return event.seq
}

interface Frame {
  id: number
  event: string
  data: { seq: number; type: string; environment?: string }
}

/** Reads frames off an open stream until there are so many, then leaves it. */
async function framesOf(answer: Response, count: number): Promise<Frame[]> {
  const frames: Frame[] = []
  let text = ''
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks.filter((one) => one.startsWith('id:'))) frames.push(frameOf(block))
    if (frames.length >= count) break
  }
  return frames
}

const frameOf = (block: string): Frame => {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? ''
  return { id: Number(field('id')), event: field('event'), data: JSON.parse(field('data')) as Frame['data'] }
}

const stream = (query: string, headers: Record<string, string> = {}) =>
  subject.ask(`GET /v1/stream${query}`, { as: 'admin', headers })

describe('the stream', () => {
  it('gives every event once and in order, those that came before and those that come meanwhile', async () => {
    const answer = await stream('?after=0')
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    expect(answer.headers.get('x-accel-buffering')).toBe('no')
    const { seq } = await subject.installation.store.head()
    const reading = framesOf(answer, seq + 5)
    for (let count = 0; count < 5; count += 1) await happen()
    const frames = await reading
    expect(frames.map(({ id }) => id)).toEqual(Array.from({ length: seq + 5 }, (_, index) => index + 1))
    for (const { id, event, data } of frames) expect([data.seq, data.type]).toEqual([id, event])
  })

  it('goes on exactly where a reader was cut off, however often', async () => {
    const first = (await subject.installation.store.head()).seq
    for (let count = 0; count < 12; count += 1) await happen()
    const seen: number[] = []
    while (seen.length < 12) {
      const last = String(seen.at(-1) ?? first)
      const frames = await framesOf(
        await stream('?after=0', { 'last-event-id': last }),
        1 + (seen.length % 3),
      )
      seen.push(...frames.map(({ id }) => id))
    }
    expect(seen.slice(0, 12)).toEqual(Array.from({ length: 12 }, (_, index) => first + 1 + index))
  })

  it('without a place to begin at gives only what comes', async () => {
    const answer = await stream('')
    const reading = framesOf(answer, 1)
    const seq = await happen()
    expect((await reading).map(({ id }) => id)).toEqual([seq])
  })

  it('of an environment leaves the others out', async () => {
    const after = (await subject.installation.store.head()).seq
    await happen('staging')
    const wanted = await happen('production')
    const frames = await framesOf(await stream(`?after=${after}&environment=production`), 1)
    expect(frames.map(({ id }) => id)).toEqual([wanted])
  })

  it('has so many places and no more, and each is free again when its reader leaves', async () => {
    const open = await Promise.all([stream(''), stream(''), stream('')])
    const refused = await stream('')
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await refused.json()).toMatchObject({ code: 'CONNECTIONS_FULL', retryable: true })
    await open[0]?.body?.cancel()
    const next = await stream('')
    expect(next.status).toBe(200)
    for (const answer of [...open.slice(1), next]) await answer.body?.cancel()
  })
})

describe('the head', () => {
  const head = async (query = '') =>
    (await (await subject.ask(`GET /v1/ledger/head${query}`, { as: 'admin' })).json()) as {
      head: SignedHead
      publicKey: string
      remembered: { seq: number; hash: string | null } | null
    }

  it('is signed by the key that the ledger was opened with', async () => {
    const { head: signed, publicKey } = await head()
    expect(verifySignedHead(publicKey, signed)).toBe(true)
    expect(verifySignedHead(publicKey, { ...signed, seq: signed.seq + 1 })).toBe(false)
    const [opened] = await subject.installation.store.readEvents({ types: ['ledger.opened'] })
    expect(opened?.data).toMatchObject({ publicKey, installation: signed.installation })
  })

  it('comes with the hash at a place that the caller remembers, or with none', async () => {
    const { head: before } = await head()
    await happen()
    expect((await head(`?remembered=${before.seq}`)).remembered).toEqual({
      seq: before.seq,
      hash: before.hash,
    })
    expect((await head('?remembered=999999')).remembered).toEqual({ seq: 999_999, hash: null })
  })
})

describe('the export', () => {
  it('lets anybody compute the whole chain again', async () => {
    await createShopRelease(subject, { version: '1.0.0', maker: 'admin' })
    const answer = await subject.ask('GET /v1/ledger/export', { as: 'admin' })
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
    const rows = (await answer.text()).trimEnd().split('\n')
    let prev = '00'.repeat(32)
    for (const line of rows) {
      const row = JSON.parse(line) as { prev: string; hash: string; body: string }
      expect(row.prev).toBe(prev)
      prev = createHash('sha256').update(Buffer.from(row.prev, 'hex')).update(row.body).digest('hex')
      expect(row.hash).toBe(prev)
    }
    expect(await subject.installation.store.head()).toEqual({ seq: rows.length, hash: prev })
  })
})

describe('verify', () => {
  const verify = async (heads: object[]) =>
    await (await subject.ask('POST /v1/ledger/verify', { as: 'admin', body: { heads } })).json()

  it('says yes to what is whole, also against a remembered head', async () => {
    const head = await subject.installation.store.head()
    await happen()
    expect(await verify([head])).toMatchObject({ ok: true, events: head.seq + 1 })
  })

  it('says no where a remembered head is not part of the history', async () => {
    expect(await verify([{ seq: 2, hash: 'f'.repeat(64) }])).toMatchObject({
      ok: false,
      problem: 'rewritten',
    })
    expect(await verify([{ seq: 99_999, hash: 'f'.repeat(64) }])).toMatchObject({
      ok: false,
      problem: 'truncated',
    })
  })
})

describe('a server that stops', () => {
  it('ends every open answer', async () => {
    const open = await Promise.all([stream(''), stream('?environment=staging')])
    const ends = open.map(async (answer) => {
      for await (const _chunk of answer.body!) continue
      return 'ended'
    })
    subject.stopServing()
    expect(await Promise.all(ends)).toEqual(['ended', 'ended'])
  })
})
