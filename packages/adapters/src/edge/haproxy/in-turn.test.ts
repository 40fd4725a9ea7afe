import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { inTurn } from './in-turn.ts'

describe('inTurn', () => {
  it('runs tasks of one key one after another, also past one that fails', async () => {
    const turns = inTurn()
    const log: string[] = []
    const task = (name: string, ms: number) => async () => {
      log.push(`${name} begins`)
      await sleep(ms)
      log.push(`${name} ends`)
      if (name === 'first') throw new Error('failed')
      return name
    }
    const [first, second] = await Promise.allSettled([
      turns('a', task('first', 10)),
      turns('a', task('second', 0)),
    ])
    expect(first.status).toBe('rejected')
    expect(second).toMatchObject({ status: 'fulfilled', value: 'second' })
    expect(log).toEqual(['first begins', 'first ends', 'second begins', 'second ends'])
  })

  it('does not let one key wait for another', async () => {
    const turns = inTurn()
    const never = Promise.withResolvers<string>()
    const stuck = turns('a', () => never.promise)
    expect(await turns('b', async () => 'through')).toBe('through')
    never.resolve('late')
    expect(await stuck).toBe('late')
  })
})
