import type { Registry } from '@towpath/app/ports/registry.ts'
import { formatImageReference, imageReference, pinnedTo } from '@towpath/domain/release/image-reference.ts'
import { newestTags } from './newest-tags.ts'
import { unauthorized, unreachable } from '@towpath/registry/registry-error.ts'

export interface FakeRegistry extends Registry {
  /** Stores an image under a tag, as a push does. */
  push(reference: string, digest: string): void
  state: 'up' | 'down' | 'closed'
}

/** A registry in memory that keeps the port's contract, for tests of what stands on it. */
export function fakeRegistry(): FakeRegistry {
  const digests = new Map<string, string>()
  const tags = new Map<string, Set<string>>()
  const registry: FakeRegistry = {
    state: 'up',
    push(reference, digest) {
      const parsed = imageReference(reference)
      const tag = parsed.tag ?? 'latest'
      digests.set(formatImageReference({ ...parsed, tag, digest: null }), digest)
      digests.set(pinnedTo(parsed, digest), digest)
      const repository = `${parsed.domain}/${parsed.path}`
      tags.set(repository, (tags.get(repository) ?? new Set()).add(tag))
    },
    async digestOf(reference) {
      const parsed = imageReference(reference)
      assertOpen(registry, parsed)
      const asked =
        parsed.digest === null ? { ...parsed, tag: parsed.tag ?? 'latest' } : { ...parsed, tag: null }
      return digests.get(formatImageReference(asked)) ?? null
    },
    async tagsOf(repository, { limit }) {
      const parsed = imageReference(repository)
      assertOpen(registry, parsed)
      return newestTags([...(tags.get(`${parsed.domain}/${parsed.path}`) ?? [])], limit)
    },
  }
  return registry
}

function assertOpen({ state }: FakeRegistry, { domain, path }: { domain: string; path: string }): void {
  if (state === 'down') throw unreachable(domain, 'made so by the test')
  if (state === 'closed') throw unauthorized(domain, path)
}
