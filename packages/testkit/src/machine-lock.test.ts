import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { holdMachineName, withMachineLock } from './machine-lock.ts'

const soon = () => new Promise((done) => setTimeout(done, 5))

test('two that want the same lock take turns', async () => {
  const name = randomUUID()
  const trace: string[] = []
  const turn = (who: string) =>
    withMachineLock(name, 10_000, async () => {
      trace.push(`${who} in`)
      await soon()
      trace.push(`${who} out`)
    })
  await Promise.all([turn('a'), turn('b'), turn('c')])
  expect(trace).toHaveLength(6)
  for (let at = 0; at < 6; at += 2) expect(trace[at + 1]).toBe(trace[at]?.replace('in', 'out'))
})

test('a lock is free again after a fault inside it', async () => {
  const name = randomUUID()
  await expect(withMachineLock(name, 1_000, () => Promise.reject(new Error('inside')))).rejects.toThrow(
    'inside',
  )
  await expect(withMachineLock(name, 1_000, async () => 'mine')).resolves.toBe('mine')
})

test.runIf(process.platform === 'linux')('who waits too long is told so, and does nothing', async () => {
  const name = randomUUID()
  let ran = false
  await withMachineLock(name, 1_000, async () => {
    const second = withMachineLock(name, 20, async () => {
      ran = true
    })
    await expect(second).rejects.toMatchObject({ code: 'MACHINE_LOCK_HELD', kind: 'locked' })
  })
  expect(ran).toBe(false)
})

test.runIf(process.platform === 'linux')('a name is held by one until it is given back', async () => {
  const name = randomUUID()
  const release = await holdMachineName(name)
  expect(await holdMachineName(name)).toBeNull()
  await release?.()
  const again = await holdMachineName(name)
  expect(again).not.toBeNull()
  await again?.()
})
