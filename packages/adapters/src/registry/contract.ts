import type { Registry } from '@towpath/app/ports/registry.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

export interface RegistryUnderTest {
  registry: Registry
  /** Host and repository, as `127.0.0.1:5000/team/app`. */
  repository: string
  /** Puts an image there and tells its digest. */
  push(tag: string): Promise<string>
  close(): Promise<void>
}

/** The promises of the port; every implementation runs them. */
export function registryContract(open: () => Promise<RegistryUnderTest>): void {
  let under: RegistryUnderTest
  describe('registry contract', () => {
    beforeAll(async () => {
      under = await open()
    }, 120_000)
    afterAll(() => under.close())

    it('tells the digest of a tag, and the same of that digest', async () => {
      const { registry, repository } = under
      const digest = await under.push('1.2.3')
      expect(await registry.digestOf(`${repository}:1.2.3`, null)).toBe(digest)
      expect(await registry.digestOf(`${repository}@${digest}`, null)).toBe(digest)
      expect(await registry.digestOf(`${repository}:1.2.3@${digest}`, null)).toBe(digest)
    })

    it('says null for a tag, a digest and a repository that it does not have', async () => {
      const { registry, repository } = under
      await under.push('1.2.3')
      expect(await registry.digestOf(`${repository}:9.9.9`, null)).toBeNull()
      expect(await registry.digestOf(`${repository}@sha256:${'0'.repeat(64)}`, null)).toBeNull()
      expect(await registry.digestOf(`${repository}-other:1.2.3`, null)).toBeNull()
    })

    it('lists the newest tags first, and none of a repository it does not have', async () => {
      const { registry, repository } = under
      for (const tag of ['1.9.0', '1.10.0', '1.2.3']) await under.push(tag)
      expect(await registry.tagsOf(repository, { credentials: null, limit: 2 })).toEqual(['1.10.0', '1.9.0'])
      expect(await registry.tagsOf(`${repository}-other`, { credentials: null, limit: 2 })).toEqual([])
    })

    it('a hostile reference is refused before anything is asked', async () => {
      const { registry } = under
      for (const reference of ['127.0.0.1:1/../../etc', 'http://127.0.0.1/app', 'a b', '']) {
        await expect(registry.digestOf(reference, null)).rejects.toThrow(
          expect.objectContaining({ code: 'IMAGE_REFERENCE_INVALID' }),
        )
      }
    })
  })
}
