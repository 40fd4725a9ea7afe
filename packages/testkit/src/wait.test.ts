import { expect, test } from 'vitest'
import { until } from './wait.ts'

test('gives what was awaited as soon as it is there, faults before it notwithstanding', async () => {
  let looks = 0
  const found = await until(
    () => {
      looks += 1
      if (looks === 1) throw new Error('not listening')
      return looks === 3 ? 'there' : null
    },
    { withinMs: 5_000, everyMs: 1 },
  )
  expect([found, looks]).toEqual(['there', 3])
})

test('names what it waited for and the last fault when the time is over', async () => {
  const never = until(() => Promise.reject(new Error('connection refused')), {
    withinMs: 5,
    everyMs: 1,
    what: 'registry answers',
  })
  await expect(never).rejects.toMatchObject({
    code: 'WAIT_TIMED_OUT',
    message: expect.stringMatching(/registry answers.*connection refused/),
  })
})
