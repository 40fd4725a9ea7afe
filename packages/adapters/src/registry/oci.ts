import type { RegistryCredentials } from '@towpath/app/ports/container-engine.ts'
import type { Registry } from '@towpath/app/ports/registry.ts'
import {
  imageReference,
  isImageDigest,
  type ImageReference,
} from '@towpath/domain/release/image-reference.ts'
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { parsedJson } from '@towpath/registry/authorized-request.ts'
import { ask, type Question } from '@towpath/registry/question.ts'
import { registryFault, unreadable } from '@towpath/registry/registry-error.ts'
import { bodyOf } from '@towpath/registry/registry-request.ts'
import { newestTags } from './newest-tags.ts'

const DEADLINE_MS = 15_000
const MOST_PAGES = 20
const TAGS_A_PAGE = 100

/**
 * Any registry that keeps the OCI distribution specification. `deadlineMs` is for one question, all its requests
 * together. Registries on this machine are asked over http, all others over https.
 */
export function ociRegistry({ deadlineMs = DEADLINE_MS }: { deadlineMs?: number } = {}): Registry {
  const question = (reference: ImageReference, credentials: RegistryCredentials | null): Question => ({
    reference,
    credentials,
    signal: AbortSignal.timeout(deadlineMs),
  })
  return {
    async digestOf(text, credentials) {
      const reference = imageReference(text)
      return withTypedFaults(reference, () => findDigest(question(reference, credentials)))
    },
    async tagsOf(repository, { credentials, limit }) {
      const reference = imageReference(repository)
      const tags = await withTypedFaults(reference, () => findTags(question(reference, credentials)))
      return newestTags(tags, limit)
    },
  }
}

async function withTypedFaults<T>(reference: ImageReference, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (thrown) {
    throw registryFault(reference.domain, thrown)
  }
}

/** Asks for the head alone first; not every registry names the digest there. */
async function findDigest(question: Question): Promise<string | null> {
  const { reference } = question
  const path = `manifests/${reference.digest ?? reference.tag ?? 'latest'}`
  const head = await ask(question, { method: 'HEAD', path })
  if (head.status === 404) return null
  const named = head.status === 200 ? head.headers.get('docker-content-digest') : null
  const digest = named !== null && isImageDigest(named) ? named : await digestOfBody(question, path)
  if (reference.digest !== null && digest !== null && digest !== reference.digest) {
    throw unreadable(reference.domain, `it gives ${digest} when asked for ${reference.digest}`)
  }
  return digest
}

async function digestOfBody(question: Question, path: string): Promise<string | null> {
  const { domain } = question.reference
  const response = await ask(question, { method: 'GET', path })
  if (response.status === 404) return null
  const body = await bodyOf(response, domain)
  if (response.status !== 200) throw unreadable(domain, `status ${response.status} for a manifest`)
  return `sha256:${createHash('sha256').update(body).digest('hex')}`
}

const tagsSchema = z.object({ tags: z.array(z.string()).nullish() })

/** At most twenty pages of a hundred: enough for a hint, and an end. */
async function findTags(question: Question): Promise<string[]> {
  const { domain } = question.reference
  const tags: string[] = []
  let path: string | null = `tags/list?n=${TAGS_A_PAGE}`
  for (let page = 0; page < MOST_PAGES && path !== null; page += 1) {
    const response = await ask(question, { method: 'GET', path })
    if (response.status === 404) return tags
    const answer = tagsSchema.safeParse(parsedJson(await bodyOf(response, domain)))
    if (response.status !== 200 || !answer.success)
      throw unreadable(domain, 'its list of tags has an unexpected form')
    tags.push(...(answer.data.tags ?? []))
    path = nextPage(response.headers.get('link'))
  }
  return tags
}

/** Only the cursor of the link is used: where to ask stays our own choice. */
function nextPage(link: string | null): string | null {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1]
  if (target === undefined || !URL.canParse(target, 'https://registry.invalid')) return null
  const last = new URL(target, 'https://registry.invalid').searchParams.get('last')
  return last === null ? null : `tags/list?n=${TAGS_A_PAGE}&last=${encodeURIComponent(last)}`
}
