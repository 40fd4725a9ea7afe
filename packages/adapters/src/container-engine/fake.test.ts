import { describe, expect, it } from 'vitest'
import { containerEngineContract } from './contract.ts'
import { CONTRACT_SECRET, type Deed } from './contract/bench.ts'
import { pullFailure } from './docker/pull-failure.ts'
import { fakeEngine } from './fake.ts'
import type { Behaviour } from './fake-host.ts'

const DIGEST = `sha256:${'ab'.repeat(32)}`
const image = `registry.example/app@${DIGEST}`
const missingImage = `registry.example/gone@${DIGEST}`

const behave = (deed: Deed): Behaviour => {
  if ('exits' in deed) return { exits: deed.exits }
  return 'prints' in deed ? { prints: deed.prints.split('\n'), exits: 0 } : {}
}

containerEngineContract('contract', async () => {
  const { engine, host } = fakeEngine({
    behaviour: ({ command }) => behave(JSON.parse(command?.[0] ?? '{}')),
    onPull: (wanted) => {
      throw pullFailure(wanted, 'manifest unknown')
    },
    secrets: () => new Map([['TOKEN', CONTRACT_SECRET]]),
  })
  host.images.add(image)
  return {
    engine,
    image,
    missingImage,
    command: (deed) => [JSON.stringify(deed)],
    strangerLabels: { 'test.stranger': 'yes' },
    addForeign: async (name, networks, more) => host.addForeign(name, networks, more),
    close: async () => {},
  }
})

describe('fakeEngine', () => {
  it('is away for as many calls as the test says', async () => {
    const { engine, host } = fakeEngine()
    host.goAway(2)
    const away = expect.objectContaining({ code: 'ENGINE_UNREACHABLE', retryable: true })
    await expect(engine.describe()).rejects.toThrow(away)
    await expect(engine.inspect('x')).rejects.toThrow(away)
    expect(await engine.inspect('x')).toBeNull()
  })
})
