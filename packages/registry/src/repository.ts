import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { isImageDigest, type ImageReference } from '@towpath/domain/release/image-reference.ts'
import type { RegistryAccount } from './authorized-request.ts'
import { ask, type Question } from './question.ts'
import { registryFault, unreachable, unreadable } from './registry-error.ts'
import { bodyOf } from './registry-request.ts'

/** A manifest or index as its bytes came, which is what its digest is over. */
export interface StoredManifest {
  digest: string
  bytes: Uint8Array
}

/** What a manifest says of a blob. */
export interface BlobName {
  digest: string
  /** In bytes. */
  size: number
}

/** One repository of a registry, to read images from. */
export interface Repository {
  reference: ImageReference
  /**
   * The manifest under a tag or digest; null where the registry has none. A digest that was asked for, or that the
   * registry itself names, is held against the bytes.
   */
  manifest: (name: string) => Promise<StoredManifest | null>
  /**
   * The index of what was attached to a manifest, by its digest: as the registry answers itself, else under the tag that
   * tools write where it cannot (OCI distribution specification, "Listing Referrers"). Null where there is none.
   */
  referrers: (digest: string) => Promise<StoredManifest | null>
  /**
   * The bytes of a blob, exactly as many as its manifest says; whether they have its digest is the reader's to check.
   * A link that breaks is taken up again where it broke.
   */
  blob: (name: BlobName) => AsyncGenerator<Buffer>
}

export interface RepositoryOptions {
  credentials: RegistryAccount | null
  plainHttp?: boolean
  /** For everything that is asked of it together. */
  deadlineMs?: number
  /** Longest wait for an answer, or for the next bytes of one. */
  stallMs?: number
  /** Wait before a broken link is taken up again. */
  pauseMs?: number
}

/** Times in a row that a link may break without bringing a byte. */
const BREAKS_MAX = 3

/** Opens nothing yet. Every call throws `REGISTRY_...` errors, and nothing else. */
export function openRepository(reference: ImageReference, options: RepositoryOptions): Repository {
  const { credentials, plainHttp = false, deadlineMs = 3_600_000, stallMs = 30_000, pauseMs = 1000 } = options
  const session = { authorization: null }
  const deadline = AbortSignal.timeout(deadlineMs)
  const withStall = (): { question: Question; waiting: Waiting } => {
    const stalled = new AbortController()
    const signal = AbortSignal.any([deadline, stalled.signal])
    return {
      question: { reference, credentials, session, plainHttp, signal },
      waiting: (act) => withinMs(stallMs, stalled, act),
    }
  }
  const asked = async (act: (question: Question) => Promise<StoredManifest | null>) => {
    const { question, waiting } = withStall()
    try {
      return await waiting(() => act(question))
    } catch (thrown) {
      throw registryFault(reference.domain, thrown)
    }
  }
  return {
    reference,
    manifest: (name) => asked((question) => readManifest(question, name)),
    referrers: (digest) =>
      asked(
        async (question) =>
          (await readReferrers(question, digest)) ?? (await readManifest(question, digest.replace(':', '-'))),
      ),
    async *blob(name) {
      let offset = 0
      for (let breaks = 0; ;) {
        const before = offset
        try {
          for await (const chunk of blobFrom(withStall(), name, offset)) {
            offset += chunk.length
            yield chunk
          }
          return
        } catch (thrown) {
          const fault = registryFault(reference.domain, thrown)
          breaks = offset > before ? 1 : breaks + 1
          if (!fault.retryable || breaks > BREAKS_MAX || deadline.aborted) throw fault
          await pause(pauseMs)
        }
      }
    },
  }
}

type Waiting = <T>(act: () => Promise<T>) => Promise<T>

async function withinMs<T>(ms: number, stalled: AbortController, act: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => stalled.abort(new Error(`nothing came for ${ms / 1000} s`)), ms)
  try {
    return await act()
  } finally {
    clearTimeout(timer)
  }
}

async function readManifest(question: Question, name: string): Promise<StoredManifest | null> {
  const { domain } = question.reference
  const response = await ask(question, { method: 'GET', path: `manifests/${name}` })
  if (response.status === 404) {
    await response.body?.cancel()
    return null
  }
  const bytes = await bodyOf(response, domain)
  if (response.status !== 200) throw unreadable(domain, `status ${response.status} for a manifest`)
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const named = response.headers.get('docker-content-digest')
  for (const wanted of [name, named])
    if (wanted !== null && isImageDigest(wanted) && wanted !== digest)
      throw unreadable(domain, `a manifest named ${wanted} has the digest ${digest}`)
  return { digest, bytes }
}

/** Null where the registry does not know the question, which it tells in one of these ways. */
async function readReferrers(question: Question, digest: string): Promise<StoredManifest | null> {
  const { domain } = question.reference
  const headers = { accept: 'application/vnd.oci.image.index.v1+json' }
  const response = await ask(question, { method: 'GET', path: `referrers/${digest}`, headers })
  if ([400, 404, 405, 501].includes(response.status)) {
    await response.body?.cancel()
    return null
  }
  const bytes = await bodyOf(response, domain)
  if (response.status !== 200) throw unreadable(domain, `status ${response.status} for referrers`)
  return { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes }
}

/** Bytes of a blob from an offset to its end. Throws where there are fewer or more than its manifest says. */
async function* blobFrom(
  { question, waiting }: { question: Question; waiting: Waiting },
  { digest, size }: BlobName,
  offset: number,
): AsyncGenerator<Buffer> {
  const { domain } = question.reference
  // An encoding on the way would be undone on arrival, and other bytes hashed than those that are stored.
  const headers = {
    accept: '*/*',
    'accept-encoding': 'identity',
    ...(offset === 0 ? {} : { range: `bytes=${offset}-` }),
  }
  const response = await waiting(() => ask(question, { method: 'GET', path: `blobs/${digest}`, headers }))
  if (response.status !== 200 && response.status !== 206) {
    await response.body?.cancel()
    throw unreadable(domain, `status ${response.status} for the blob ${digest}`)
  }
  let left = size - offset
  // A registry that knows no ranges begins anew.
  for await (const chunk of chunksOf(response, waiting, response.status === 206 ? 0 : offset)) {
    left -= chunk.length
    if (left < 0) throw unreadable(domain, `the blob ${digest} has more than its ${size} bytes`)
    yield chunk
  }
  if (left > 0) throw unreachable(domain, `it ended ${left} bytes early`)
}

async function* chunksOf(response: Response, waiting: Waiting, skipped: number): AsyncGenerator<Buffer> {
  const reader = response.body?.getReader()
  if (reader === undefined) return
  let skip = skipped
  try {
    for (;;) {
      const { done, value } = await waiting(() => reader.read())
      if (done) return
      const chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      if (skip < chunk.length) yield chunk.subarray(skip)
      skip = Math.max(0, skip - chunk.length)
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** Whether an error says that a registry was reached, or tried. */
export const isRegistryError = (thrown: unknown): thrown is TowpathError =>
  thrown instanceof TowpathError && thrown.code.startsWith('REGISTRY_')
