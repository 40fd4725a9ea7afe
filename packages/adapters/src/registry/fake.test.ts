import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { registryContract } from './contract.ts'
import { fakeRegistry } from './fake.ts'

const digestFor = (tag: string) => `sha256:${createHash('sha256').update(tag).digest('hex')}`

registryContract(async () => {
  const registry = fakeRegistry()
  const repository = 'registry.example/team/app'
  return {
    registry,
    repository,
    async push(tag) {
      registry.push(`${repository}:${tag}`, digestFor(tag))
      return digestFor(tag)
    },
    close: async () => {},
  }
})

describe('fakeRegistry', () => {
  it('is down or closed when the test says so', async () => {
    const registry = fakeRegistry()
    registry.state = 'down'
    await expect(registry.digestOf('app:1', null)).rejects.toThrow(
      expect.objectContaining({ code: 'REGISTRY_UNREACHABLE', retryable: true }),
    )
    registry.state = 'closed'
    await expect(registry.digestOf('app:1', null)).rejects.toThrow(
      expect.objectContaining({ code: 'REGISTRY_UNAUTHORIZED', retryable: false }),
    )
  })
})
