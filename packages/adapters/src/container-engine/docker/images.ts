import type { ContainerEngine, RegistryCredentials } from '@towpath/app/ports/container-engine.ts'
import { TowpathError } from '@towpath/domain/error/towpath-error.ts'
import { imageReference, isImageDigest } from '@towpath/domain/release/image-reference.ts'
import type { Readable } from 'node:stream'
import { z } from 'zod'
import { type EngineCall, type EngineClient, readAnswer } from './client.ts'
import { readLines } from './lines.ts'
import { type ImageAct, pullFailure } from './pull-failure.ts'

export interface PullDeadlines {
  /** Whole pull. */
  pullMs: number
  /** Without any progress. */
  stallMs: number
}

const PULL_DEADLINES: PullDeadlines = { pullMs: 15 * 60_000, stallMs: 60_000 }

const imageSchema = z.object({
  RepoDigests: z.array(z.string()).nullish(),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
})
const distributionSchema = z.object({
  Platforms: z
    .array(z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() }))
    .nullish(),
})
const progressSchema = z.object({ error: z.string().optional() })

export function imageCalls(
  client: EngineClient,
  deadlines: Partial<PullDeadlines> = {},
): Pick<ContainerEngine, 'hasImage' | 'platformsOf' | 'pullImage' | 'removeImage' | 'describeImage'> {
  const hasImage = async (image: string): Promise<boolean> => {
    const doing = `look for image ${checked(image)}`
    const answer = await client.ask({ doing, path: ['images', image, 'json'], allow: [404] })
    return answer.status !== 404
  }
  return {
    hasImage,
    async platformsOf(image, credentials) {
      const doing = `look for image ${checked(image)} at its registry`
      const call = { doing, path: ['distribution', image, 'json'], ...signIn(image, credentials) }
      try {
        const { Platforms } = readAnswer(distributionSchema, (await client.ask(call)).body, doing)
        return (Platforms ?? []).map(({ os, architecture, variant }) =>
          [os, architecture, variant].filter(Boolean).join('/'),
        )
      } catch (thrown) {
        throw asImageFailure(client, { image, doing, act: 'find' }, thrown)
      }
    },
    async pullImage(image, credentials) {
      if (await hasImage(image)) return
      await pull(client, pullCall(image, credentials), { ...PULL_DEADLINES, ...deadlines })
      if (!(await hasImage(image)))
        throw pullFailure(image, 'the engine reports success, yet has no such image')
    },
    async describeImage(id) {
      const doing = `describe image ${id}`
      if (!isImageDigest(id)) return null
      const answer = await client.ask({ doing, path: ['images', id, 'json'], allow: [404] })
      if (answer.status === 404) return null
      const { RepoDigests, Config } = readAnswer(imageSchema, answer.body, doing)
      return { digests: RepoDigests ?? [], labels: Config?.Labels ?? {} }
    },
    async removeImage(image) {
      const doing = `remove image ${checked(image)}`
      const answer = await client.ask({ doing, method: 'DELETE', path: ['images', image], allow: [404, 409] })
      if (answer.status === 409) throw imageInUse(image)
    },
  }
}

/** A reference goes into an address of the engine's API, so it must be one. */
function checked(image: string): string {
  imageReference(image)
  return image
}

function pullCall(image: string, credentials: RegistryCredentials | null): EngineCall & { image: string } {
  const { domain, path, tag, digest } = imageReference(image)
  return {
    image,
    doing: `pull ${image}`,
    method: 'POST',
    path: ['images', 'create'],
    // Without a tag the engine would pull every tag of the repository.
    query: { fromImage: `${domain}/${path}`, tag: digest ?? tag ?? 'latest' },
    ...signIn(image, credentials),
  }
}

const signIn = (image: string, credentials: RegistryCredentials | null): Pick<EngineCall, 'credentials'> => ({
  credentials:
    credentials === null ? undefined : { ...credentials, serveraddress: imageReference(image).domain },
})

async function pull(
  client: EngineClient,
  call: EngineCall & { image: string },
  deadlines: PullDeadlines,
): Promise<void> {
  const stalled = new AbortController()
  const whole = AbortSignal.timeout(deadlines.pullMs)
  const timer = setTimeout(() => stalled.abort(), deadlines.stallMs)
  try {
    const signal = AbortSignal.any([whole, stalled.signal])
    // The first byte comes when the registry answered, so waiting for it is part of the pull.
    const progress = await client.open({ ...call, deadlineMs: deadlines.pullMs }, signal)
    await drain(progress, { signal, onProgress: () => timer.refresh() })
  } catch (thrown) {
    if (stalled.signal.aborted || whole.aborted) throw stallFailure(call.image, deadlines)
    throw asImageFailure(client, { ...call, act: 'pull' }, thrown)
  } finally {
    clearTimeout(timer)
    stalled.abort()
  }
}

/** A pull answers 200 at once and tells its failure as a line of the progress that follows. */
async function drain(
  progress: Readable,
  options: { signal: AbortSignal; onProgress: () => void },
): Promise<void> {
  for await (const line of readLines(progress, { signal: options.signal })) {
    options.onProgress()
    const { error } = progressSchema.parse(JSON.parse(line))
    if (error !== undefined) throw new PullRefused(error)
  }
}

/** The engine's own words, on their way to `pullFailure`. */
class PullRefused extends Error {}

function asImageFailure(
  client: EngineClient,
  { image, doing, act }: { image: string; doing: string; act: ImageAct },
  thrown: unknown,
): Error {
  if (thrown instanceof PullRefused) return pullFailure(image, client.redact(thrown.message))
  if (thrown instanceof SyntaxError) return pullFailure(image, 'the engine’s progress report is not JSON')
  const fault = client.fault(thrown, doing)
  const { engineSays } = fault.detail
  return fault.code === 'ENGINE_REFUSED' && typeof engineSays === 'string'
    ? pullFailure(image, engineSays, act)
    : fault
}

const stallFailure = (image: string, { pullMs, stallMs }: PullDeadlines): TowpathError =>
  new TowpathError({
    code: 'REGISTRY_UNREACHABLE',
    kind: 'unreachable',
    message: `Could not pull ${image}: no progress for ${stallMs} ms, or not done after ${pullMs} ms.`,
    hint: 'What runs was not changed. The pull is repeated and keeps the layers that came through.',
    retryable: true,
  })

const imageInUse = (image: string): TowpathError =>
  new TowpathError({
    code: 'IMAGE_IN_USE',
    kind: 'conflict',
    message: `Image ${image} was not removed: a container or another name still needs it.`,
    hint: 'Nothing was changed. It is removed together with the last release that needs it.',
  })
