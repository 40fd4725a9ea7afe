import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { TowpathError, messageOf } from '@towpath/domain/error/towpath-error.ts'
import { formatImageReference, parseImageReference } from '@towpath/domain/release/image-reference.ts'
import type { ImageReference } from '@towpath/domain/release/image-reference.ts'
import { isRegistryError, openRepository } from '@towpath/registry/repository.ts'
import type { imageSources } from '../program/evidence.ts'
import type { Shell } from '../terminal/shell.ts'
import { findEngine } from './image-engine.ts'
import type { ImageEngine } from './image-engine.ts'
import { partsOfTar } from './image-parts.ts'
import { LayerCache } from './layer-cache.ts'
import { openImages, readImages } from './open-image.ts'
import type { OpenImage } from './open-image.ts'
import { registryAccount } from './registry-account.ts'
import { partsOfRegistry } from './registry-parts.ts'
import { scanBounds } from './scan-bounds.ts'

export type ImageSource = (typeof imageSources)[number]

export interface ImageQuestion {
  /** Only images for this platform. */
  platform?: string | undefined
  /** Look only there. */
  from?: ImageSource | undefined
  /** Speak without encryption to a registry that is not on this machine. */
  plainHttp?: boolean | undefined
}

export interface FoundImages {
  images: readonly OpenImage[]
  source: ImageSource
  /** Where it was found, in words; empty for a file, whose path says it. */
  place: string
}

/**
 * The images that an argument names. A path that is there is a file. A name with a registry in it is asked of that
 * registry, then of the engine on this machine; one without is asked of the engine first, as `docker run` would, then of
 * Docker Hub, but for a bare word, which is as likely a mistyped file. Nobody is asked elsewhere because a registry could not be reached or refused: that would be another image
 * than the one that was meant.
 */
export async function findImages(
  shell: Shell,
  argument: string,
  question: ImageQuestion,
): Promise<FoundImages> {
  const { from } = question
  const path = resolve(shell.folder, argument)
  if (from === 'file' || (from === undefined && isFile(argument, path)))
    return { images: await openImages(path, { cache: new LayerCache(shell) }), source: 'file', place: '' }
  const parsed = parseImageReference(argument)
  if (!parsed.ok)
    throw notFound(argument, [noFile(from), `as a name of an image it does not read: ${parsed.problem}`])
  const { reference } = parsed
  const named = { shell, argument, reference, question }
  const ways = orderOf(argument, reference, from)
  const missing = from === undefined ? [noFile(from)] : []
  for (const way of ways) {
    const answer = way === 'engine' ? await askEngine(named) : await askRegistry(named, missing)
    if (!('none' in answer)) return answer
    missing.push(answer.none)
  }
  if (from === undefined && !ways.includes('registry'))
    missing.push(`a bare word is not asked of Docker Hub: write ${formatImageReference(reference)}`)
  throw notFound(argument, missing)
}

interface Named {
  shell: Shell
  argument: string
  reference: ImageReference
  question: ImageQuestion
}

const noFile = (from: ImageSource | undefined): string => (from === undefined ? 'there is no such file' : '')

/** What is written as a path is one, also where nothing is there: a mistyped file is asked of nobody. */
function isFile(argument: string, path: string): boolean {
  if (/^[./~]|\\|\.(?:tar|tgz|gz|zst|oci|json)$/.test(argument)) return true
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

/** `docker.io/library/debian` names its registry, `debian` does not. */
function orderOf(
  argument: string,
  { domain }: ImageReference,
  from: ImageSource | undefined,
): ('engine' | 'registry')[] {
  if (from === 'engine' || from === 'registry') return [from]
  const namesRegistry = domain !== 'docker.io' || /^(?:index\.)?docker\.io\//.test(argument)
  if (namesRegistry) return ['registry', 'engine']
  return /[/:@]/.test(argument) ? ['engine', 'registry'] : ['engine']
}

type Answer = FoundImages | { none: string }

async function askEngine({ shell, argument, reference, question }: Named): Promise<Answer> {
  const engine = findEngine(shell)
  if ('none' in engine) return engine
  const { tag, digest } = reference
  const id = await idIn(engine, tag === null && digest === null ? `${argument}:latest` : argument, question)
  if (typeof id !== 'string') return id
  const images = await readImages(
    argument,
    (taker) =>
      partsOfTar(
        Readable.from(engine.saved(id), { objectMode: false }),
        { compression: 'none', bounds: scanBounds },
        taker,
      ),
    { cache: new LayerCache(shell) },
  )
  return {
    // An image is saved by its id, since a tag may move meanwhile; then the archive knows no name of it.
    images: images.map((image) => ({ ...image, name: argument })),
    source: 'engine',
    place: `the engine at ${engine.socketPath}`,
  }
}

/** An engine that cannot be asked is none, unless it is the only one to ask. */
async function idIn(
  engine: ImageEngine,
  name: string,
  { from }: ImageQuestion,
): Promise<string | { none: string }> {
  try {
    return (await engine.idOf(name)) ?? { none: `the engine at ${engine.socketPath} has no such image` }
  } catch (thrown) {
    if (from === 'engine' || !(thrown instanceof TowpathError)) throw thrown
    return {
      none: `the engine at ${engine.socketPath} could not be asked (${messageOf(thrown.cause ?? thrown)})`,
    }
  }
}

async function askRegistry(
  { shell, argument, reference, question }: Named,
  before: readonly string[],
): Promise<Answer> {
  const { domain, tag, digest } = reference
  const { platform, plainHttp = false } = question
  const credentials = await registryAccount(shell, domain)
  const repository = openRepository(reference, { credentials, plainHttp })
  try {
    const top = await repository.manifest(digest ?? tag ?? 'latest')
    if (top === null) return { none: `registry ${domain} has no such image` }
    const asked = { repository, top, wanted: platform, bounds: scanBounds }
    const cache = new LayerCache(shell)
    const images = await readImages(argument, (taker) => partsOfRegistry(asked, taker), { cache })
    return { images, source: 'registry', place: `registry ${domain}, ${top.digest}` }
  } catch (thrown) {
    throw isRegistryError(thrown) && before.length > 1 ? withAttempts(thrown, before) : thrown
  }
}

/** A registry that nobody named was asked last: what was tried before may be what was meant. */
const withAttempts = (error: TowpathError, before: readonly string[]): TowpathError =>
  new TowpathError({
    code: error.code,
    kind: error.kind,
    message: `${capital(before.join(', '))}, and: ${error.message}`,
    hint: error.hint,
    cause: error,
  })

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const notFound = (argument: string, missing: readonly string[]): TowpathError =>
  new TowpathError({
    code: 'IMAGE_NOT_FOUND',
    kind: 'not-found',
    message: `${argument.slice(0, 300)} was found nowhere: ${missing.filter((text) => text !== '').join('; ')}.`,
    hint: 'Nothing was judged. Give an archive of docker save, an OCI layout, or a name such as registry.example/team/app:1.4.2; --from file, registry or engine looks there alone.',
  })
