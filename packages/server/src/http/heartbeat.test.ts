import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withHeartbeat } from './heartbeat.ts'

async function* paced(pausesMs: readonly number[]): AsyncGenerator<number> {
  for (const [index, pauseMs] of pausesMs.entries()) {
    if (pauseMs > 0) await sleep(pauseMs)
    yield index
  }
}

test('whatever the pace, every item passes once and in order', async () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(pauses, async (pausesMs) => {
      const passed: number[] = []
      for await (const item of withHeartbeat<number | 'beat'>(paced(pausesMs), { everyMs: 2, beat: 'beat' }))
        if (item !== 'beat') passed.push(item)
      expect(passed).toEqual(pausesMs.map((_, index) => index))
    }),
    { numRuns: 20 },
  )
})

test('a line on which nothing comes beats', async () => {
  const beats: (number | 'beat')[] = []
  for await (const item of withHeartbeat<number | 'beat'>(paced([5_000]), { everyMs: 5, beat: 'beat' })) {
    beats.push(item)
    if (beats.length === 3) break
  }
  expect(beats).toEqual(['beat', 'beat', 'beat'])
})
